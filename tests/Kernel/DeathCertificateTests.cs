namespace ProcImage.Tests.Kernel;

/// <summary>Who or what has ended a process, against what its parent and the senders know.</summary>
public sealed class DeathCertificateTests(ITestOutputHelper log) : KernelTest(log)
{
    private const int Abort = 6;
    private const int Segmentation = 11;
    private const int Pipe = 13;
    private const int Alarm = 14;
    private const int UserCode = 0;
    private const int KernelCode = 128;
    private const int MapCode = 1;
    private const int QueueCode = -1;
    private const int TimerCode = -2;
    private const int TgkillCode = -6;
    private const uint Nobody = 65534;
    private static readonly string[] _causes = ["exit", "signal", "oom"];
    private decimal[] _exits = [];

    /// <summary>
    /// A kernel that hides a process from tracing may keep the last hook of another one to itself. Then the certificate
    /// says that it is not complete: another life has the totals.
    /// </summary>
    [Fact]
    public void One_that_exits_has_its_code_and_the_totals_of_wait4()
    {
        for (int left = 3; left > 0; left--)
        {
            var report = Die("exit");
            Assert.Equal((42, 0), (report.Code, report.Signal));
            var death = AssertCertified(Loader, report, "exit", null);
            if (!death.IsComplete)
                continue;
            Assert.Equal(report.UserUs + report.SystemUs, death.Total("cpu_ns") / 1000d, 2d);
            Assert.Equal(
                (report.MinorFaults, report.MajorFaults, report.Voluntary, report.Involuntary),
                (death.Total("minor_faults"), death.Total("major_faults"),
                    death.Total("voluntary_switches"), death.Total("involuntary_switches")));
            return;
        }

        Assert.Fail("three lives, and no final record");
    }

    [Fact]
    public void One_that_ends_well_has_code_0_and_no_signal()
    {
        var naps = StartImaged("naps", 11);
        var report = naps.AwaitReport();
        Assert.Equal((0, 0), (report.Code, report.Signal));
        AssertCertified(Loader, report, "exit", null);
    }

    [Theory]
    [InlineData(Signals.HangUp)]
    [InlineData(Signals.Kill)]
    [InlineData(Signals.Term)]
    [InlineData(Segmentation)]
    public void One_that_another_process_has_killed_names_it(int signal)
    {
        var naps = StartImaged("naps", 11);
        var kill = Kill(naps.Pid, signal);
        var death = AssertCertified(Loader, Report(naps, signal), "signal", "kill");
        AssertSender(kill, 0, death);
        Assert.Equal(UserCode, death.SignalCode);
        Assert.InRange(death.Number("signal_time_ns"), death.Time - 1_000_000_000, death.Time);
    }

    [Fact]
    public void One_that_another_user_has_killed_names_the_user()
    {
        var sleep = Own(new Child(AsNobody[0], [.. AsNobody[1..], "sleep", "61"]));
        Eventually.True(() => Proc.Stat(sleep.Pid) is { Comm: "sleep", State: 'S' }, "it sleeps");
        Image(sleep.Pid);
        var kill = Ran.With(AsNobody[0], [.. AsNobody[1..], KillProgram, "-TERM", $"{sleep.Pid}"]).AssertDone();
        var death = Life.AwaitDeath(Loader, sleep.Pid).Death;
        Assert.Equal(("signal", Signals.Term, "kill"), (death.Cause, death.Signal, death.Origin));
        AssertSender(kill, Nobody, death);
    }

    [Fact]
    public void A_fault_has_its_address()
    {
        var death = AssertCertified(Loader, Die("fault", Segmentation), "signal", "fault");
        Assert.Equal(("0x3f1", MapCode), (death.Text("address"), death.SignalCode)); // 1009
        Assert.False(death.Has("sender"));
    }

    [Theory]
    [InlineData("fault", Segmentation)]
    [InlineData("abort", Abort)]
    public void A_core_is_dumped_where_one_is_wanted(string how, int signal)
    {
        string directory = Directory.CreateTempSubdirectory("proc-image-core-").FullName;
        try
        {
            var report = Die(how, signal, directory);
            Assert.True(report.Core, "the kernel has dumped no core");
            AssertCertified(Loader, report, "signal", how == "fault" ? "fault" : "tgkill");
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public void An_abort_is_a_signal_that_it_has_sent_itself()
    {
        var report = Die("abort", Abort);
        var death = AssertCertified(Loader, report, "signal", "tgkill");
        Assert.Equal(((report.Pid, "dies", 0u), TgkillCode), (death.Sender, death.SignalCode));
    }

    [Fact]
    public void A_signal_that_was_queued_names_who_has_queued_it()
    {
        var report = Die("queue", Signals.Term);
        var death = AssertCertified(Loader, report, "signal", "queue");
        Assert.Equal(((report.Pid, "dies", 0u), QueueCode), (death.Sender, death.SignalCode));
    }

    [Theory]
    [InlineData("alarm", KernelCode)]
    [InlineData("timer", TimerCode)]
    public void A_timer_of_its_own_is_nobody_else(string how, int code)
    {
        var death = AssertCertified(Loader, Die(how, Alarm), "signal", "timer");
        Assert.Equal(code, death.SignalCode);
        Assert.False(death.Has("sender"));
    }

    [Fact]
    public void A_broken_pipe_is_the_kernels_own_signal()
    {
        var death = AssertCertified(Loader, Die("pipe", Pipe), "signal", "kernel");
        Assert.False(death.Has("sender"));
    }

    [Fact]
    public void Of_two_that_send_the_same_signal_the_first_one_has_ended_it()
    {
        var naps = StartImaged("naps", 11);
        StopAtOnce(naps.Pid);
        var kill = Kill(naps.Pid, Signals.Term);
        Kill(naps.Pid, Signals.Term);
        Kill(naps.Pid, Signals.Continue);
        AssertSender(kill, 0, AssertCertified(Loader, Report(naps, Signals.Term), "signal", "kill"));
    }

    [Fact]
    public void Of_three_signals_that_wait_the_one_that_has_ended_it_is_told()
    {
        var naps = StartImaged("naps", 11);
        StopAtOnce(naps.Pid);
        var kill = Kill(naps.Pid, Signals.HangUp); // the lowest one comes first
        Kill(naps.Pid, Signals.Interrupt);
        Kill(naps.Pid, Signals.Term);
        Kill(naps.Pid, Signals.Continue);
        AssertSender(kill, 0, AssertCertified(Loader, Report(naps, Signals.HangUp), "signal", "kill"));
    }

    [Fact]
    public void Of_two_signals_that_wait_the_one_that_has_ended_it_is_told()
    {
        var naps = StartImaged("naps", 11);
        StopAtOnce(naps.Pid);
        Kill(naps.Pid, Signals.Term);
        var kill = Kill(naps.Pid, Signals.HangUp); // the lower one comes first
        Kill(naps.Pid, Signals.Continue);
        AssertSender(kill, 0, AssertCertified(Loader, Report(naps, Signals.HangUp), "signal", "kill"));
    }

    [Fact]
    public void Of_a_signal_from_before_activation_the_sender_is_unknown()
    {
        var naps = Own(Workload.StartWaitedFor("naps", 11));
        StopAtOnce(naps.Pid);
        Kill(naps.Pid, Signals.Term);
        Image(naps.Pid);
        Kill(naps.Pid, Signals.Continue);
        var death = AssertCertified(Loader, Report(naps, Signals.Term), "signal", "unknown");
        Assert.False(death.Has("sender") || death.Has("signal_time_ns"));
    }

    [Fact]
    public void A_signal_that_the_process_handles_is_not_what_has_ended_it()
    {
        var shell = Own(new Shell("bash"));
        shell.Say("trap 'exit 7' TERM");
        Eventually.True(() => HandlesTerm(shell.Pid), "the trap is set");
        Image(shell.Pid);
        Kill(shell.Pid, Signals.Term);
        shell.Say(":"); // the trap is taken between two commands
        var death = Life.AwaitDeath(Loader, shell.Pid).Death;
        Assert.Equal(("exit", 7, 0), (death.Cause, death.ExitCode, death.Signal));
        Assert.False(death.Has("origin") || death.Has("sender"));
    }

    [Fact]
    public void One_whose_first_thread_has_ended_before_dies_with_its_last()
    {
        var leaderless = StartImaged("leaderless");
        leaderless.Go();
        var kill = Kill(leaderless.Pid, Signals.Term);
        AssertSender(kill, 0, AssertCertified(Loader, Report(leaderless, Signals.Term), "signal", "kill"));
        // Its first thread had ended before activation.
        Assert.Equal(["death"], Life.Of(Loader, leaderless.Pid).Events.Select(happened => happened.Name));
    }

    [Fact]
    public void A_thread_that_ends_with_its_process_has_no_end_of_its_own_but_the_others_have()
    {
        var storm = StartImaged("storm");
        storm.Go();
        var report = storm.AwaitReport();
        AssertCertified(Loader, report, "exit", null);
        var told = Life.Of(Loader, storm.Pid);
        // Twice 31 threads, the one that calls exec and the one that outlives the leader, whose end is the death.
        Assert.Equal((0, 0, (2 * 31) + 2, 1), told.Counts);
        Assert.Equal((2 * 31) + 2, told.Named("exit").Count);
    }

    [Fact]
    public void One_that_dies_while_there_is_no_loader_is_certified_by_the_next()
    {
        var naps = StartImaged("naps", 11);
        Loader.Signal(Signals.Kill);
        Loader.AwaitExit();
        var kill = Kill(naps.Pid, Signals.Term);
        var report = Report(naps, Signals.Term);
        using var next = Loader.StartOn(Loader.Directory);
        AssertSender(kill, 0, AssertCertified(next, report, "signal", "kill"));
        next.Stop();
    }

    [Fact]
    public void One_that_was_dead_already_is_certified_by_the_next_loader_too()
    {
        var naps = StartImaged("naps", 11);
        naps.StopWaiting();
        var kill = Kill(naps.Pid, Signals.Term);
        Life.AwaitDeath(Loader, naps.Pid); // told, but not reaped
        Loader.Signal(Signals.Kill);
        Loader.AwaitExit();
        using var next = Loader.StartOn(Loader.Directory);
        var told = Life.AwaitDeath(next, naps.Pid);
        AssertSender(kill, 0, told.Death);
        next.Stop();
    }

    [Theory]
    [InlineData(Signals.Kill)]
    [InlineData(Signals.Term)]
    public void One_that_is_traced_names_who_has_killed_it_and_not_the_tracer(int signal)
    {
        var naps = StartImaged("naps", 11);
        var strace = Own(new Child(Requirements.Installed("strace", "strace"), "-o", "/dev/null", "-p", $"{naps.Pid}"));
        Eventually.True(() => Proc.Status(naps.Pid)["TracerPid"] == strace.Pid, "it is traced");
        var kill = Kill(naps.Pid, signal);
        AssertSender(kill, 0, AssertCertified(Loader, Report(naps, signal), "signal", "kill"));
    }

    [Fact]
    public void Want_of_memory_has_a_victim_and_who_wanted_it()
    {
        const long limit = 31 << 20;
        using var cgroup = new MemoryCgroup("proc_image_oom", limit);
        var (victim, hungry) = (StartImaged("dies", "hold"), StartImaged("dies", "memory"));
        File.WriteAllText($"/proc/{victim.Pid}/oom_score_adj", "1000"); // as if it had all of it, and what it has besides
        cgroup.Take(victim.Pid);
        cgroup.Take(hungry.Pid);
        hungry.Begin();
        var reports = new[] { victim, hungry }.Select(dies => Report(dies, Signals.Kill)).ToList();
        var deaths = reports.Select(report => AssertEnded(Loader, report, "oom", "kernel")).ToList();
        AssertExits(Loader, oom: 2);
        foreach (var (death, adjustment) in deaths.Zip([1000, 0]))
        {
            Assert.False(death.Has("sender"));
            Assert.Equal(KernelCode, death.SignalCode);
            var chosen = death.OutOfMemory;
            Assert.Equal(hungry.Pid, chosen.GetProperty("trigger").GetProperty("pid").GetInt32());
            Assert.Equal("dies", chosen.GetProperty("trigger").GetProperty("comm").GetString());
            Assert.Equal(cgroup.Name, chosen.GetProperty("cgroup").GetString());
            Assert.Equal(adjustment, chosen.GetProperty("score_adjustment").GetInt32());
            Assert.True(chosen.GetProperty("virtual_bytes").GetInt64() >= chosen.GetProperty("resident_bytes").GetInt64());
        }

        // The second victim had nearly all of it; the rest is the kernel's, and pages of files are others'.
        Assert.InRange(deaths[1].OutOfMemory.GetProperty("resident_bytes").GetInt64(), limit / 2, 2 * limit);
        Assert.Equal(["oom", "death"], Life.Of(Loader, hungry.Pid).Events.Select(happened => happened.Name));
    }

    private static string KillProgram => Requirements.Installed("kill", "procps");

    private static string[] AsNobody =>
        [Requirements.Installed("setpriv", "util-linux"), $"--reuid={Nobody}", "--clear-groups"];

    private Workload StartImaged(string workload, params object[] arguments)
    {
        var started = Own(Workload.StartWaitedFor(workload, arguments));
        Image(started.Pid);
        return started;
    }

    private void Image(int pid)
    {
        Loader.Control("-k0", "-P", $"{pid}");
        _exits = Exits(Loader);
    }

    private WaitReport Die(string how, int signal = 0, params object[] arguments)
    {
        var dies = StartImaged("dies", [how, .. arguments]);
        dies.Begin();
        return Report(dies, signal);
    }

    private static WaitReport Report(Workload workload, int signal)
    {
        var report = WaitReport.Parse(workload.ReadLine());
        Assert.Equal(signal, report.Signal);
        return report;
    }

    private static Ran Kill(int pid, int signal) => Ran.With(KillProgram, $"-{signal}", $"{pid}").AssertDone();

    private static string NameOf(int signal) =>
        "SIG" + Ran.With(KillProgram, "-l", $"{signal}").AssertDone().Output.Trim();

    private static void StopAtOnce(int pid)
    {
        Signals.Send(pid, Signals.Stop);
        Eventually.True(() => Proc.Stat(pid).State == 'T', "it has stopped");
    }

    private static bool HandlesTerm(int pid)
    {
        string caught = File.ReadLines($"/proc/{pid}/status")
            .Single(line => line.StartsWith("SigCgt:", StringComparison.Ordinal));
        return (Convert.ToUInt64(caught.Split('\t')[1], 16) >> (Signals.Term - 1) & 1) != 0;
    }

    private static void AssertSender(Ran sender, uint uid, Death death) =>
        Assert.Equal((sender.Pid, "kill", uid), death.Sender);

    // By nothing else than it was one of the causes counted.
    private Death AssertCertified(Loader loader, WaitReport report, string cause, string? origin)
    {
        var death = AssertEnded(loader, report, cause, origin);
        AssertExits(loader, exit: cause == "exit" ? 1 : 0, signal: cause == "signal" ? 1 : 0);
        return death;
    }

    private static Death AssertEnded(Loader loader, WaitReport report, string cause, string? origin)
    {
        Life.AwaitDeath(loader, report.Pid);
        var told = Eventually.Get(
            () => Life.Of(loader, report.Pid),
            life => life.Death.Total("voluntary_switches") == report.Voluntary || !life.IsComplete);
        var death = told.Death;
        Assert.Equal(
            (cause, report.Code, report.Signal, report.Core),
            (death.Cause, death.ExitCode, death.Signal, death.HasDumpedCore));
        Assert.Equal(origin, death.Has("origin") ? death.Origin : null);
        if (report.Signal != 0)
            Assert.Equal(NameOf(report.Signal), death.Text("signal_name"));
        Assert.Equal(death.Time - told.StartTime, death.Lifetime);
        Assert.Equal(told.IsComplete, death.IsComplete);
        var last = told.Events[^1];
        Assert.Equal(
            ("death", death.Time, report.Code, report.Signal),
            (last.Name, last.Time, last.Number("exit_code"), last.Number("signal")));
        var series = loader.Scrape().Of(report.Pid);
        Assert.Equal(report.Code, series.Value("proc_image_process_exit_code"));
        Assert.Equal(report.Signal, series.Value("proc_image_process_exit_signal"));
        Assert.Equal(death.Time % 1_000_000_000, series.Nanoseconds("proc_image_process_exit_time_seconds") % 1_000_000_000);
        return death;
    }

    private void AssertExits(Loader loader, int exit = 0, int signal = 0, int oom = 0)
    {
        decimal[] expected = [_exits[0] + exit, _exits[1] + signal, _exits[2] + oom];
        Assert.Equal(expected, Eventually.Get(() => Exits(loader), exits => exits.SequenceEqual(expected)));
    }

    private static decimal[] Exits(Loader loader)
    {
        var metrics = loader.Scrape();
        return [.. _causes.Select(cause => metrics.Value("proc_image_exits_total", ("cause", cause)))];
    }
}
