namespace ProcImage.Tests.Kernel;

/// <summary>The last word on a process, against what wait4 tells its parent.</summary>
public sealed class FinalRecordTests(ITestOutputHelper log) : KernelTest(log)
{
    private const string Complete = "proc_image_process_complete";
    private const string Switches = "proc_image_process_context_switches_total";
    private const string Faults = "proc_image_process_page_faults_total";
    private const string Cpu = "proc_image_process_cpu_seconds_total";
    private const int Lives = 11;

    [Fact]
    public void A_storm_of_threads_with_an_exec_in_it_ends_with_the_figures_of_wait4()
    {
        AssertFinal("storm", [], storm =>
        {
            var report = storm.AwaitReport();
            Assert.Equal((storm.Pid, 41), (report.Pid, report.Code));
            return report;
        });
    }

    [Fact]
    public void A_process_of_one_thread_ends_with_the_figures_of_wait4()
    {
        AssertFinal("io", [0], io => io.AwaitReport());
    }

    [Fact]
    public void A_killed_process_has_its_signal()
    {
        AssertFinal("naps", [101], naps =>
        {
            Signals.Send(naps.Pid, Signals.Kill);
            var report = WaitReport.Parse(naps.ReadLine());
            Assert.Equal(Signals.Kill, report.Signal);
            return report;
        });
    }

    [Fact]
    public void A_process_that_nobody_has_waited_for_yet_has_the_figures_of_proc()
    {
        var naps = Own(Workload.StartWaitedFor("naps", 1009));
        Loader.Control("-rS", "-P", $"{naps.Pid}");
        naps.Go();
        naps.StopWaiting();
        Signals.Send(naps.Pid, Signals.Kill);
        Eventually.True(() => Proc.Stat(naps.Pid).State == 'Z', "the process is dead");
        var found = AwaitDeath(naps.Pid);
        Assert.Equal(Signals.Kill, found.Value("proc_image_process_exit_signal"));
        Assert.Equal(Proc.Stat(naps.Pid).MinorFaults, found.Value(Faults, ("kind", "minor")));
        Assert.Equal(
            ProcessClock.Read(naps.Pid),
            found.Nanoseconds(Cpu, ("mode", "user")) + found.Nanoseconds(Cpu, ("mode", "system")));
    }

    [Fact]
    public void The_delay_of_a_dead_process_is_kept()
    {
        var naps = Start("naps", 1009);
        Loader.Control("-S", "-P", $"{naps.Pid}");
        naps.Go();
        var alive = Loader.Scrape().Of(naps.Pid);
        Assert.Equal(0, naps.End());
        var dead = AwaitDeath(naps.Pid);
        foreach (string name in new[] { "proc_image_sched_delay_seconds_sum", "proc_image_sched_delay_seconds_count" })
            Assert.InRange(dead.Value(name), alive.Value(name), decimal.MaxValue);
    }

    [Fact]
    public void Each_of_2003_deaths_is_counted()
    {
        var deaths = Start("deaths", 2003);
        Loader.Control("-rS");
        decimal before = CountSignals();
        deaths.Go();
        Assert.Equal(before + 2003, Eventually.Get(CountSignals, count => count == before + 2003));
    }

    /// <summary>
    /// A kernel that hides a process from tracing may keep the last hook of another one to itself. Then the portrait has
    /// what was known at the death, and says that it is not complete: another life shows the rest.
    /// </summary>
    private void AssertFinal(string workload, object[] arguments, Func<Workload, WaitReport> end)
    {
        for (int left = Lives; left > 0; left--)
        {
            var process = Own(Workload.StartWaitedFor(workload, arguments));
            Loader.Control("-rS", "-P", $"{process.Pid}");
            process.Go();
            var report = end(process);
            var found = Eventually.Get(
                () => AwaitDeath(report.Pid), metrics => IsFinal(metrics, report) || metrics.Value(Complete) == 0);
            Assert.Equal(report.Code, found.Value("proc_image_process_exit_code"));
            Assert.Equal(report.Signal, found.Value("proc_image_process_exit_signal"));
            if (found.Value(Complete) == 1)
            {
                AssertFigures(report, found);
                return;
            }

            Log.WriteLine($"{workload} {report.Pid}: the kernel has kept its end from the hooks");
        }

        Assert.Fail($"{Lives} lives, and no final record");
    }

    private static void AssertFigures(WaitReport report, Metrics found)
    {
        Assert.Equal(report.Voluntary, found.Value(Switches, ("kind", "voluntary")));
        Assert.Equal(report.Involuntary, found.Value(Switches, ("kind", "involuntary")));
        Assert.Equal(report.MinorFaults, found.Value(Faults, ("kind", "minor")));
        Assert.Equal(report.MajorFaults, found.Value(Faults, ("kind", "major")));
        Assert.InRange(CpuUs(found), report.UserUs + report.SystemUs - 1000, report.UserUs + report.SystemUs + 1000);
        // wait4 has the peak from counters that lag behind by up to 32 pages on each CPU, for three kinds of memory.
        long lag = 3L * 32 * Environment.ProcessorCount * Environment.SystemPageSize;
        Assert.InRange(found.Value("proc_image_process_resident_memory_peak_bytes"),
            (report.PeakKib * 1024) - lag, (report.PeakKib * 1024) + lag);
    }

    // The sum: how it is split follows from samples, and differs where a share was shown before its end.
    private static decimal CpuUs(Metrics found) =>
        1_000_000 * (found.Value(Cpu, ("mode", "user")) + found.Value(Cpu, ("mode", "system")));

    // Dead, but not yet reaped, it has the figures of its last moment in life: what giving back 1 GiB takes is still to come,
    // and comes without a fault and, on an idle machine, without a switch.
    private static bool IsFinal(Metrics metrics, WaitReport report) =>
        Math.Abs(CpuUs(metrics) - report.UserUs - report.SystemUs) <= 1000
        && metrics.Value(Switches, ("kind", "voluntary")) == report.Voluntary
        && metrics.Value(Switches, ("kind", "involuntary")) == report.Involuntary
        && metrics.Value(Faults, ("kind", "minor")) == report.MinorFaults;

    private decimal CountSignals() => Loader.Scrape().Value("proc_image_exits_total", ("cause", "signal"));

    private Metrics AwaitDeath(int pid) => Eventually.Get(
        () => Loader.Scrape().Of(pid), metrics => metrics.Has("proc_image_process_exit_time_seconds"));
}
