using System.Diagnostics;
using Libbpf;

namespace ProcImage.Tests.Kernel;

/// <summary>The slices of a target: every time on a CPU and every wait between them.</summary>
public sealed class TimelineTests(ITestOutputHelper log) : KernelTest(log)
{
    private const int Kept = 200_000;
    private const int Streams = 16;
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(15);

    [Theory]
    [InlineData("spin")]
    [InlineData("sleep")]
    [InlineData("disk")]
    public void Slices_replayed_give_the_ledger_back(string how)
    {
        var spends = Start("spends", how, 503, -1);
        Loader.Control("-k1", "-P", $"{spends.Pid}");
        spends.Go();
        spends.End();
        AssertReplayed(spends.Pid);
    }

    [Fact]
    public void So_do_those_of_threads_that_come_and_go()
    {
        var spinners = Start("spinners", 101);
        Loader.Control("-k1", "-P", $"{spinners.Pid}");
        spinners.Go();
        spinners.End();
        AssertReplayed(spinners.Pid);
    }

    /// <summary>What this kernel hides from tracing is seen by what it leaves out: the init of a virtual machine, kept busy here.</summary>
    [Fact]
    public void So_do_those_that_begin_after_a_task_that_is_hidden()
    {
        using var orphans = Workloads.Orphans();
        var spinners = Start("spinners", 5003);
        Loader.Control("-k1", "-P", $"{spinners.Pid}");
        spinners.Go();
        spinners.End();
        AssertReplayed(spinners.Pid);
    }

    [Fact]
    public void A_sleep_of_a_second_is_a_second_between_two_slices()
    {
        using var sleeper = new Child("python3", "-c", "import time\nwhile True: time.sleep(1)");
        Eventually.True(() => Proc.Stat(sleeper.Pid) is { Comm: "python3", State: 'S' }, "it sleeps");
        Loader.Control("-k1", "-P", $"{sleeper.Pid}");
        using var stream = new SliceReader(Loader, Life.Of(Loader, sleeper.Pid));
        var slices = stream.ReadTo(4).Slices; // the first one says that it slept
        for (int i = 2; i < 4; i++)
        {
            Assert.Equal("sleeping", slices[i - 1].Why);
            Assert.InRange(slices[i].Begin - slices[i].Wait - slices[i - 1].End, 999_900_000, 1_100_000_000);
        }
    }

    /// <summary>The kernel's own count of switches is that of the slices.</summary>
    [Theory]
    [InlineData("pipe", 200_003)]
    [InlineData("yield", 700_001)]
    public async Task Of_hundreds_of_thousands_a_second_none_is_lost_unsaid(string how, int rounds)
    {
        var partners = Start("partners", how, rounds, 0);
        Loader.Control("-k1", "-P", $"{partners.Pid}");
        using var stream = new SliceReader(Loader, Life.Of(Loader, partners.Pid));
        var reading = Task.Run(() => stream.ReadTo());
        var (switches, loader, resident) = (Switches(partners.Pid), Proc.ProcessSchedStat(Loader.Pid), Resident());
        var watch = Stopwatch.StartNew();
        partners.Begin();
        partners.AwaitDone();
        double seconds = watch.Elapsed.TotalSeconds;
        partners.AwaitRest();
        switches = Switches(partners.Pid) - switches;
        double share = (Proc.ProcessSchedStat(Loader.Pid) - loader).RunTime / seconds / 1e9;
        Log.WriteLine($"loader: {share:P0} of a CPU, {resident} kB resident before, {Resident()} kB after");
        partners.End();
        await reading;
        Log.WriteLine(
            $"{switches} switches in {seconds:0.00} s ({switches / seconds:0} a second): "
            + $"{stream.Slices.Count} slices, {stream.Missing} missing, fell off: {stream.FellOff.Sum()}");
        AssertAll(switches, stream);
        Assert.Equal(stream.Total, stream.Last);
        // Of the slices that fell off some may have said that others were missing.
        Assert.InRange(
            Loader.Scrape().Value("proc_image_losses_total", ("cause", "slice")),
            stream.Missing, stream.Missing + stream.FellOff.Sum());
    }

    [Fact]
    public void What_has_fallen_off_is_said_and_a_browser_that_comes_back_goes_on()
    {
        var pingpong = Start("pingpong", 211_007, 0);
        Loader.Control("-k1", "-P", $"{pingpong.Pid}");
        pingpong.Go();
        var life = Life.Of(Loader, pingpong.Pid);
        using (var first = new SliceReader(Loader, life))
        {
            first.ReadTo(1);
            Assert.Single(first.FellOff);
            Assert.Equal(first.Last, first.Total);
        }

        pingpong.End();
        using (var end = new SliceReader(Loader, life))
            end.ReadTo(); // until nothing comes any more
        using var whole = new SliceReader(Loader, life);
        whole.ReadTo();
        Assert.Equal(Kept, whole.Slices.Count);
        var rest = whole.Slices[^1009..];
        using var next = new SliceReader(Loader, life, $"{whole.Began}-{whole.Last - rest.Sum(slice => slice.Missing + 1)}");
        Assert.Equal(rest, next.ReadTo().Slices);
        Assert.Empty(next.FellOff);
    }

    [Theory]
    [InlineData("18446744073709551615")]
    [InlineData("1-18446744073709551615")]
    [InlineData("-1")]
    [InlineData("nonsense")]
    public void Whoever_names_no_place_in_the_timeline_gets_all_of_it(string lastId)
    {
        var life = LifeOf("spends", "sleep", 101, -1);
        using var whole = new SliceReader(Loader, life);
        using var stream = new SliceReader(Loader, life, lastId);
        Assert.NotEmpty(whole.ReadTo().Slices);
        Assert.Equal(whole.Slices, stream.ReadTo().Slices);
    }

    [Fact]
    public void A_place_beyond_the_end_is_the_beginning_too_and_a_huge_one_is_refused_or_the_beginning()
    {
        var life = LifeOf("spends", "sleep", 101, -1);
        using var whole = new SliceReader(Loader, life);
        whole.ReadTo();
        foreach (string number in new[] { $"{whole.Last + 1}", "18446744073709551615", new string('9', 4000) })
        {
            using var stream = new SliceReader(Loader, life, $"{whole.Began}-{number}");
            Assert.Equal(whole.Slices, stream.ReadTo().Slices);
        }

        using var refused = new RawHttp(Loader.Port);
        refused.Send($"GET {life.Address}/timeline HTTP/1.1\r\nHost: localhost\r\nLast-Event-ID: {new string('9', 1 << 20)}\r\n\r\n");
        Assert.InRange(RawHttp.Status(refused.ReadToEnd(_limit)), 400, 499);
    }

    /// <summary>What nobody took off the ring while there was no loader is missing, and is said to be.</summary>
    [Fact]
    public void The_next_loader_begins_another_timeline_and_says_how_many_were_lost_before()
    {
        var partners = Start("partners", "pipe", 100_003, 0);
        Loader.Control("-k1", "-P", $"{partners.Pid}");
        long before = Switches(partners.Pid);
        partners.Go();
        long first = Switches(partners.Pid) - before;
        var life = Life.Of(Loader, partners.Pid);
        string id;
        using (var stream = new SliceReader(Loader, life))
        {
            while (stream.Last < first)
                stream.ReadTo(stream.Slices.Count + 1);
            AssertAll(first, stream);
            id = stream.LastId;
        }

        Loader.Signal(Signals.Kill);
        Loader.AwaitExit();
        partners.Go();
        var next = Own(Harness.Loader.StartOn(Loader.Directory));
        long rest = Switches(partners.Pid) - before - first;
        partners.End();
        using var reader = new SliceReader(next, life, id);
        reader.ReadTo();
        Log.WriteLine($"{rest} switches: {reader.Slices.Count} slices, {reader.Missing} missing, fell off: {reader.FellOff.Sum()}");
        Assert.NotEqual(id.Split('-')[0], reader.Began);
        AssertAll(rest, reader);
        Assert.InRange(reader.Missing, 1, rest);
        Assert.InRange(next.Scrape().Value("proc_image_losses_total", ("cause", "slice")), 1, rest);
        next.Stop();
    }

    [Fact]
    public void A_thread_that_was_asleep_is_told_with_who_has_woken_it_up()
    {
        var partners = Start("partners", "pipe", 5003, 0);
        Loader.Control("-k1", "-P", $"{partners.Pid}");
        var life = Life.Of(Loader, partners.Pid);
        int pong = Assert.Single(Proc.Threads(partners.Pid), tid => tid != partners.Pid);
        partners.Go();
        partners.End();
        using var stream = new SliceReader(Loader, life);
        int byOthers = 0;
        foreach (var thread in stream.ReadTo().Slices.GroupBy(slice => slice.Tid))
        {
            var partner = thread.Key == pong ? (partners.Pid, "ping") : (pong, "pong");
            foreach (var (last, slice) in thread.Zip(thread.Skip(1)))
            {
                if (last.Why is "preempted" or "yielded")
                    Assert.Equal((0, ""), (slice.WakerTid, slice.Waker));
                else if ((slice.WakerTid, slice.Waker) != partner)
                    byOthers++;
            }
        }

        // The test says 'go' and ends it.
        Assert.InRange(byOthers, 1, 5);
        Assert.InRange(stream.Slices.Count(slice => slice.WakerTid != 0), 5003, int.MaxValue);
    }

    [Fact]
    public void Who_sleeps_for_a_time_is_woken_up_by_an_interrupt()
    {
        var life = LifeOf("spends", "sleep", 503, -1);
        using var stream = new SliceReader(Loader, life);
        var slices = stream.ReadTo().Slices;
        var woken = slices.Zip(slices.Skip(1)).Where(pair => pair.First.Why == "sleeping").Select(pair => pair.Second).ToList();
        // The test wakes it up at first and at last. What interrupts the task that this kernel hides is not seen.
        var byTimer = woken.Skip(1).SkipLast(1).ToList();
        Assert.All(byTimer, slice => Assert.Equal((0, slice.Waker.Length == 0 ? "" : "interrupt"), (slice.WakerTid, slice.Waker)));
        Assert.InRange(byTimer.Count(slice => slice.Waker.Length == 0), 0, 5);
        Assert.InRange(woken.Count, 50, 80);
    }

    [Fact]
    public void A_thread_that_is_a_target_has_its_own()
    {
        var spends = Start("spends", "sleep", 101, -1);
        Loader.Control("-k1", "-p", $"{spends.Pid}");
        var life = Life.OfThread(Loader, spends.Pid);
        spends.Go();
        spends.End();
        using var stream = new SliceReader(Loader, life);
        Assert.InRange(stream.ReadTo().Slices.Count(slice => slice.Why == "sleeping"), 7, 101);
    }

    [Fact]
    public void Who_reads_nothing_holds_nothing_up_and_there_are_not_more_than_sixteen()
    {
        var pingpong = Start("pingpong", 50_021, 0);
        Loader.Control("-k1", "-P", $"{pingpong.Pid}");
        var life = Life.Of(Loader, pingpong.Pid);
        var silent = Enumerable.Range(0, Streams).Select(_ => new SliceReader(Loader, life)).ToList();
        Assert.All(silent, stream => Assert.True(stream.Response.IsSuccessStatusCode));
        using (var more = new SliceReader(Loader, life))
            Assert.Equal(503, (int)more.Response.StatusCode);
        pingpong.Go();
        Assert.Equal(0, Loader.Scrape().Value("proc_image_losses_total", ("cause", "slice")));
        silent.ForEach(stream => stream.Dispose());
        Eventually.True(
            () =>
            {
                using var next = new SliceReader(Loader, life, "nonsense");
                return next.Response.IsSuccessStatusCode && next.ReadTo(1).Slices.Count > 0;
            },
            "there is a place for the next one");
    }

    [Fact]
    public async Task Who_reads_a_byte_a_second_is_dropped_and_delays_nobody()
    {
        var (idle, partners) = (Start("naps", 1), Start("partners", "pipe", 100_003, 0));
        Loader.Control("-k1", "-P", $"{idle.Pid}");
        Loader.Control("-k1", "-P", $"{partners.Pid}");
        var (idleLife, life) = (Life.Of(Loader, idle.Pid), Life.Of(Loader, partners.Pid));
        foreach (int _ in Enumerable.Range(0, Streams - 2))
            Own(new SliceReader(Loader, idleLife));
        using var slow = new RawHttp(Loader.Port, receiveBuffer: 4096);
        slow.Send($"GET {life.Address}/timeline HTTP/1.1\r\nHost: localhost\r\n\r\n");
        slow.ReadSome(bytes: 100);
        using var stream = new SliceReader(Loader, life);
        var reading = Task.Run(() => stream.ReadTo());
        long switches = Switches(partners.Pid);
        partners.Go();
        switches = Switches(partners.Pid) - switches;
        partners.End();
        var watch = Stopwatch.StartNew();
        await reading;
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(5));
        AssertAll(switches, stream);
        Assert.Empty(stream.FellOff);
        Assert.Equal(0, Loader.Scrape().Value("proc_image_losses_total", ("cause", "slice")));
        Own(new SliceReader(Loader, idleLife)); // in the place of the one that has got all
        bool isThere = true;
        for (int second = 0; isThere && second < 30; second++)
        {
            Thread.Sleep(1000);
            slow.ReadSome(bytes: 1);
            using var next = new SliceReader(Loader, idleLife);
            isThere = !next.Response.IsSuccessStatusCode;
        }

        Log.WriteLine($"{watch.Elapsed.TotalSeconds:0} s after the end the slow one was dropped");
        Assert.False(isThere, "it still has its place");
    }

    [Fact]
    public void The_head_alone_opens_no_stream()
    {
        var pingpong = Start("pingpong", 101, 0);
        Loader.Control("-k1", "-P", $"{pingpong.Pid}");
        var life = Life.Of(Loader, pingpong.Pid);
        for (int i = 0; i <= Streams; i++)
        {
            using var client = new RawHttp(Loader.Port);
            client.Send($"HEAD {life.Address}/timeline HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
            string answer = client.ReadToEnd(_limit);
            Assert.Equal(200, RawHttp.Status(answer));
            Assert.Contains("\r\nContent-Type: text/event-stream\r\n", answer, StringComparison.Ordinal);
            Assert.EndsWith("\r\n\r\n", answer, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("POST", 405)]
    [InlineData("HEAD", 404)]
    [InlineData("GET", 404)]
    public void Who_does_not_ask_for_a_life_gets_none(string method, int status)
    {
        using var client = new RawHttp(Loader.Port);
        client.Send($"{method} /api/v1/processes/1-1/timeline HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        Assert.Equal(status, RawHttp.Status(client.ReadToEnd(_limit)));
    }

    [Fact]
    public void A_hundred_that_ask_for_unknown_lives_cost_few_readings()
    {
        // Many tasks: a reading takes longer than to look at some requests.
        var many = Own(new Child(
            "python3", "-c",
            "import threading, time\nfor _ in range(3000): threading.Thread(target=time.sleep, args=(600,)).start()\nprint('ready', flush=True)"));
        many.ReadLine(_limit);
        Loader.Control("-k1");
        var clients = Enumerable.Range(0, 100).Select(_ => Own(new RawHttp(Loader.Port))).ToArray();
        using var stats = Bpf.EnableStats();
        Loader.Get("/api/v1/processes");
        ulong before = TasksRead();
        Loader.Get("/api/v1/processes");
        ulong one = TasksRead() - before;
        Loader.Signal(Signals.Stop); // so that all come at once
        foreach (var (client, i) in clients.Select((client, i) => (client, i)))
            client.Send($"GET /api/v1/processes/1-{i}/timeline HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        Loader.Signal(Signals.Continue);
        Assert.All(clients, client => Assert.Equal(404, RawHttp.Status(client.ReadToEnd(_limit))));
        double readings = (TasksRead() - before - one) / (double)one;
        Log.WriteLine($"{readings:0.0} readings of {one} tasks");
        // Two, where it has looked at all of them before the first reading is made.
        Assert.InRange(readings, 0.5, 20);
    }

    [Fact]
    public void Streams_do_not_delay_the_end_of_the_loader()
    {
        var naps = Start("naps", 11);
        Loader.Control("-k1", "-P", $"{naps.Pid}");
        using var stream = new SliceReader(Loader, Life.Of(Loader, naps.Pid));
        var watch = Stopwatch.StartNew();
        Loader.Stop();
        Log.WriteLine($"{watch.Elapsed.TotalSeconds:0.00} s");
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(2));
        stream.ReadTo();
    }

    [Fact]
    public void Only_targets_have_slices_not_every_process()
    {
        var spends = Start("spends", "sleep", 101, -1);
        Loader.Control("-k1");
        spends.Go();
        spends.End();
        using var stream = new SliceReader(Loader, Life.AwaitDeath(Loader, spends.Pid));
        Assert.Empty(stream.ReadTo().Slices);
    }

    private void AssertReplayed(int pid)
    {
        var life = Life.AwaitDeath(Loader, pid);
        using var stream = new SliceReader(Loader, life);
        var slices = stream.ReadTo().Slices;
        life = Life.Of(Loader, pid); // what its last slice has added
        var times = Life.States.ToDictionary(state => state, _ => 0L);
        var last = new Dictionary<int, Slice>();
        foreach (var slice in slices.OrderBy(slice => slice.Begin).ThenBy(slice => slice.End))
        {
            times["running"] += slice.Ran;
            times["stolen"] += slice.End - slice.Begin - slice.Ran;
            times["runnable"] += slice.Wait;
            if (last.TryGetValue(slice.Tid, out var before))
            {
                times[StateAfter(before)] += slice.Begin - before.End - slice.Wait;
                if (StateAfter(before) == "stolen")
                    Assert.Equal("", slice.Waker); // it did not wait for anybody
            }
            else
                Assert.Equal((0, 0), (slice.End - slice.Begin, slice.Ran)); // what it did when its ledger began
            last[slice.Tid] = slice;
        }

        Assert.Equal(life.LedgerSince - life.StartTime, slices.Min(slice => slice.Begin));
        Assert.Equal(Life.States.Select(state => (state, life.In(state))), times.Select(each => (each.Key, each.Value)));
    }

    // What a thread that stays on the run queue spends beyond its wait is nobody's.
    private static string StateAfter(Slice slice) => slice.Why is "sleeping" or "disk" or "stopped" ? slice.Why : "stolen";

    /// <summary>Of all threads, which are at rest.</summary>
    private static long Switches(int pid) => Proc.Threads(pid).Sum(tid =>
    {
        var status = Proc.ThreadStatus(pid, tid);
        return status["voluntary_ctxt_switches"] + status["nonvoluntary_ctxt_switches"];
    });

    /// <summary>To the end of the life: the last ones are of its end.</summary>
    private static void AssertAll(long switches, SliceReader stream) => Assert.InRange(stream.Total - switches, 0, 11);

    /// <summary>Of a workload that has ended.</summary>
    private Life LifeOf(string name, params object[] arguments)
    {
        var workload = Start(name, arguments);
        Loader.Control("-k1", "-P", $"{workload.Pid}");
        workload.Go();
        workload.End();
        return Life.AwaitDeath(Loader, workload.Pid);
    }

    /// <summary>Runs of the program that every reading of the loader has for each task.</summary>
    private ulong TasksRead()
    {
        using var iterator = BpfLink.OpenPinned(Path.Combine(Loader.Directory, "iters", "portraits"));
        return BpfInventory.Program(iterator.Info().ProgramId)!.RunCount;
    }

    /// <summary>In kB.</summary>
    private long Resident() => Proc.Status(Loader.Pid)["VmRSS"];
}
