namespace ProcImage.Tests.Kernel;

/// <summary>Where the time of a process goes: it adds up, and what the kernel has on it agrees to the nanosecond.</summary>
public sealed class LedgerTests(ITestOutputHelper log) : KernelTest(log)
{
    private const decimal Tolerance = 0.001m;
    private const long Second = 1_000_000_000;

    [Theory]
    [InlineData("spin", -1, "running")]
    [InlineData("spin", 0, "running")]
    [InlineData("sleep", -1, "sleeping")]
    [InlineData("disk", -1, "disk")]
    public void The_states_add_up_to_the_time_since_activation(string how, int cpu, string most)
    {
        var spends = Start("spends", how, 2003, cpu);
        var before = Activate(spends.Pid);
        spends.Go();
        var life = AssertAddsUp(spends.Pid);
        AssertBooks(Proc.ProcessSchedStat(spends.Pid) - before, life);
        Log.WriteLine($"{life.Keytime.GetProperty("state_ns")}");
        if (how == "disk") // how long that takes is the disk's own affair
            Assert.InRange(life.In(most), Second / 10, 3 * Second);
        else
            Assert.InRange(life.In(most) + life.In("runnable") + life.In("stolen"), 2 * Second, 3 * Second);
        if (how == "sleep") // nobody can take the CPU of one that has none
            Assert.InRange(life.In("stolen"), 0, life.Spent / 20);
    }

    [Fact]
    public void Each_of_the_sleeps_of_a_life_is_in_its_time_asleep()
    {
        const int sleeps = 11;
        const long sleep = Second / 50;
        var workload = Start("life");
        Activate(workload.Pid);
        long begun = UnixTime();
        var before = AssertAddsUp(workload.Pid);
        workload.Begin();
        while (workload.ReadLine() != "done")
        {
        }

        var after = Life.Of(Loader, workload.Pid);
        Log.WriteLine($"{before.Keytime.GetProperty("state_ns")}, then {after.Keytime.GetProperty("state_ns")}");
        Assert.InRange(after.In("sleeping") - before.In("sleeping"), sleeps * sleep, UnixTime() - begun);
    }

    [Theory]
    [InlineData("spin")]
    [InlineData("sleep")]
    [InlineData("disk")]
    public void The_states_of_a_whole_life_add_up_to_it_and_running_is_what_the_kernel_has_in_its_books(string how)
    {
        var shell = Own(new Shell("bash"));
        Loader.Control("-rk1", "--follow", "-P", $"{shell.Pid}");
        for (int life = 1; life <= 3; life++)
        {
            shell.Say($"{Workloads.PathOf("spends")} {how} 1009 -1 < <(echo go)");
            if (AssertWholeLife(life))
                return;
        }

        Assert.Fail("three lives, and no final record");
    }

    // False where the kernel has kept its very end from the hooks.
    private bool AssertWholeLife(int number)
    {
        var whole = Eventually.Get(Whole, lives => lives.Count == number);
        Assert.Equal(number, whole.Count);
        // What it does after its death is in the final record.
        var told = Eventually.Get(
            () => Whole()[^1], life => life.In("running") == life.Death.Total("cpu_ns") || !life.IsComplete);
        var death = told.Death;
        Log.WriteLine($"{told.Keytime.GetProperty("state_ns")} of {death.Lifetime}");
        // Dead it has to run to its very end, and may have to wait for that.
        Assert.InRange(
            told.Spent, death.Lifetime * (1 - Tolerance), (death.Lifetime * (1 + Tolerance)) + (Second / 20));
        Assert.InRange(told.LedgerSince - told.StartTime, 0, 1_000_000); // the fork was under way
        if (told.IsComplete)
            Assert.Equal(death.Total("cpu_ns"), told.In("running"));
        return told.IsComplete;
    }

    private List<Life> Whole() =>
        [.. Life.All(Loader).Where(life => life.IsDead && life.Counts.Execs == 1).OrderBy(life => life.StartTime)];

    [Fact]
    public void One_that_is_stopped_for_a_second_was_stopped_for_a_second()
    {
        var naps = Start("naps", 11);
        Activate(naps.Pid);
        long sent = UnixTime();
        Signals.Send(naps.Pid, Signals.Stop);
        Eventually.True(() => Proc.Stat(naps.Pid).State == 'T', "it has stopped");
        long stopped = UnixTime();
        Thread.Sleep(TimeSpan.FromSeconds(1));
        long during = AssertAddsUp(naps.Pid).In("stopped");
        Assert.InRange(during, Second, UnixTime() - sent);
        long resumed = UnixTime();
        Signals.Send(naps.Pid, Signals.Continue);
        naps.Go();
        var life = AssertAddsUp(naps.Pid);
        Assert.InRange(life.In("stopped"), resumed - stopped, UnixTime() - sent);
        Assert.Equal(life.In("stopped"), AssertAddsUp(naps.Pid).In("stopped"));
    }

    [Fact]
    public void One_that_is_starved_by_two_hogs_waits_for_the_cpu()
    {
        var (hogs, spends) = (Start("hogs", 2, 0, 2003), Start("spends", "spin", 2003, 0));
        var before = Activate(spends.Pid);
        hogs.Begin();
        spends.Go();
        hogs.AwaitDone();
        var life = AssertAddsUp(spends.Pid);
        var books = Proc.ProcessSchedStat(spends.Pid) - before;
        AssertBooks(books, life);
        Assert.InRange(life.In("runnable"), Second, long.MaxValue);
    }

    [Theory]
    [InlineData(3, 0)]
    [InlineData(4, -1)]
    public void Of_several_threads_running_and_runnable_are_those_of_schedstat(int threads, int cpu)
    {
        var hogs = Start("hogs", threads, cpu, 1511);
        var before = Activate(hogs.Pid);
        hogs.Go();
        var life = Life.Of(Loader, hogs.Pid);
        AssertBooks(Proc.ProcessSchedStat(hogs.Pid) - before, life);
        // Each of them, and the first thread, has all of the time.
        long since = UnixTime() - life.LedgerSince;
        Assert.InRange(life.Spent, (threads + 1) * since * 0.99m, (threads + 1) * since);
    }

    [Fact]
    public void Threads_that_have_ended_stay_in_the_sum()
    {
        var gone = Start("gone", 13, 0);
        var before = Activate(gone.Pid);
        var reported = gone.Go();
        var life = Life.Of(Loader, gone.Pid);
        var books = Proc.ProcessSchedStat(gone.Pid) - before + new SchedStat(0, reported[0], reported[1]);
        Assert.InRange(life.In("runnable"), books.Delay, books.Delay * 1.05m);
        // Neither side has what a thread runs at its very end, and they differ by where that begins: some 10 us each.
        long ran = ProcessClock.Read(gone.Pid) - before.RunTime;
        Assert.InRange(life.In("running"), ran - (13 * 100_000), ran + (13 * 100_000));
    }

    [Fact]
    public void A_thread_that_is_a_target_has_states_of_its_own()
    {
        var hogs = Start("hogs", 3, 0, 503);
        int tid = Proc.Threads(hogs.Pid).Order().Last();
        Loader.Control("-k1", "-p", $"{tid}");
        var before = Proc.ThreadSchedStat(hogs.Pid, tid);
        hogs.Go();
        var life = Life.OfThread(Loader, tid);
        AssertBooks(Proc.ThreadSchedStat(hogs.Pid, tid) - before, life);
        var series = Loader.Scrape().OfThread(tid);
        Assert.Equal(
            life.In("running"), series.Nanoseconds("proc_image_thread_state_seconds_total", ("state", "running")));
    }

    [Fact]
    public void Of_every_process_of_one_thread_on_the_machine_the_states_add_up()
    {
        var deaths = Start("deaths", 503);
        Loader.Control("-k1");
        deaths.Go();
        Thread.Sleep(TimeSpan.FromSeconds(1));
        int[] single = [.. Single()];
        long before = UnixTime();
        var lives = Life.All(Loader);
        long after = UnixTime();
        var living = lives.Where(life => !life.IsDead).ToDictionary(life => life.Tgid);
        int[] compared = [.. single.Intersect(Single()).Intersect(living.Keys)];
        Log.WriteLine($"{compared.Length} processes, {lives.Count - living.Count} dead");
        Assert.InRange(compared.Length, 30, int.MaxValue);
        Assert.All(compared.Select(pid => living[pid]), life => Assert.InRange(
            life.Spent, (before - life.LedgerSince) * (1 - Tolerance), (after - life.LedgerSince) * (1 + Tolerance)));

        static IEnumerable<int> Single() => Proc.Processes().Where(pid => HasOneThread(pid));
    }

    [Fact]
    public void After_the_deadline_the_states_stand_still()
    {
        var spends = Start("spends", "spin", 1511, -1);
        Loader.Control("-k1", "-t1", "-P", $"{spends.Pid}");
        spends.Go();
        Eventually.True(() => Loader.Status().GetProperty("policies")[0].GetProperty("ended").GetBoolean(), "it has ended");
        var life = Life.Of(Loader, spends.Pid);
        Assert.InRange(life.Spent, Second * (1 - Tolerance), Second * (1 + (10 * Tolerance))); // it begins after activation
        var later = Life.Of(Loader, spends.Pid);
        Assert.All(Life.States, state => Assert.Equal(life.In(state), later.In(state)));
    }

    [Theory]
    [InlineData("spin", "running")]
    [InlineData("sleep", "sleeping")]
    public void A_deadline_that_no_loader_has_seen_is_their_end_too(string how, string state)
    {
        var spends = Start("spends", how, 4001, -1);
        Loader.Control("-k1", "-t1", "-P", $"{spends.Pid}");
        spends.Begin();
        Loader.Signal(Signals.Kill);
        Loader.AwaitExit();
        Thread.Sleep(TimeSpan.FromSeconds(2));
        using var next = Loader.StartOn(Loader.Directory);
        var life = Life.Of(next, spends.Pid);
        Assert.InRange(life.Spent, Second * (1 - Tolerance), Second * (1 + (10 * Tolerance)));
        Assert.InRange(life.In(state), Second / 2, Second);
    }

    [Fact]
    public void Where_the_level_is_lowered_the_states_stand_still_and_stay()
    {
        var spends = Start("spends", "spin", 503, -1);
        Activate(spends.Pid);
        spends.Go();
        Loader.Control("-k0", "-P", $"{spends.Pid}");
        var life = Life.Of(Loader, spends.Pid);
        Assert.InRange(life.In("running"), Second / 4, long.MaxValue);
        Thread.Sleep(TimeSpan.FromMilliseconds(101));
        var later = Life.Of(Loader, spends.Pid);
        Assert.All(Life.States, state => Assert.Equal(life.In(state), later.In(state)));
        Assert.True(Loader.Scrape().Of(spends.Pid).Has("proc_image_process_state_seconds_total"));
    }

    [Fact]
    public void The_level_stands_wherever_the_images_of_a_policy_do()
    {
        var naps = Start("naps", 11);
        Assert.EndsWith(": keytime 1, resource\n", Loader.Control("-rk1", "-P", $"{naps.Pid}"), StringComparison.Ordinal);
        Assert.EndsWith(": keytime 1, resource", Loader.AwaitLine("policy "), StringComparison.Ordinal);
        Assert.Contains(": keytime 1, resource; 1 task;", Loader.Control("--status"), StringComparison.Ordinal);
        Assert.Contains(": keytime 0, ", Loader.Control("-k0", "-P", $"{naps.Pid}"), StringComparison.Ordinal);
        Assert.EndsWith(": keytime, resource", Loader.AwaitLine("policy "), StringComparison.Ordinal);
    }

    [Fact]
    public void Key_times_without_the_ledger_have_no_states()
    {
        var naps = Start("naps", 11);
        Loader.Control("-k0", "-P", $"{naps.Pid}");
        Assert.False(Life.Of(Loader, naps.Pid).Keytime.TryGetProperty("state_ns", out _));
        Assert.False(Loader.Scrape().Of(naps.Pid).Has("proc_image_process_state_seconds_total"));
    }

    private static bool HasOneThread(int pid)
    {
        try
        {
            return Proc.Threads(pid).Count == 1 && Proc.Stat(pid).State is 'S' or 'I';
        }
        catch (IOException)
        {
            return false; // it has ended meanwhile
        }
    }

    // It is asleep; returns what the kernel's books had then.
    private SchedStat Activate(int pid)
    {
        Loader.Control("-k1", "-P", $"{pid}");
        return Proc.ProcessSchedStat(pid);
    }

    private Life AssertAddsUp(int pid)
    {
        long before = UnixTime();
        var life = Life.Of(Loader, pid);
        long after = UnixTime();
        Assert.InRange(
            life.Spent, (before - life.LedgerSince) * (1 - Tolerance), (after - life.LedgerSince) * (1 + Tolerance));
        var series = Loader.Scrape().Of(pid);
        foreach (string state in Life.States.Except(["sleeping", "stopped"])) // it rests, so these stand still
            Assert.Equal(life.In(state), series.Nanoseconds("proc_image_process_state_seconds_total", ("state", state)));
        return life;
    }

    private static void AssertBooks(SchedStat books, Life life) =>
        Assert.Equal((books.RunTime, books.Delay), (life.In("running"), life.In("runnable")));

    private static long UnixTime() => (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * 100;
}
