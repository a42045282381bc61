using System.Diagnostics;

namespace ProcImage.Tests.Kernel;

/// <summary>A loader that is killed leaves the kernel side at work, and the next one takes it up.</summary>
public sealed class AdoptionTests : KernelTest
{
    private Loader _current;

    public AdoptionTests(ITestOutputHelper log)
        : base(log) => _current = Loader;

    [Fact]
    public void The_next_loader_goes_on_with_what_a_killed_one_has_counted()
    {
        var naps = Start("naps", 1009);
        Loader.Control("-rS", "-s10", "-P", $"{naps.Pid}");
        var before = Proc.ProcessSchedStat(naps.Pid);
        naps.Go();
        Loader.Signal(Signals.Kill);
        Loader.AwaitExit();
        naps.Go();
        using var next = Loader.StartOn(Loader.Directory);
        naps.Go();
        var found = next.Scrape().Of(naps.Pid);
        var expected = Proc.ProcessSchedStat(naps.Pid) - before;
        Assert.Equal(expected.Delay, found.Nanoseconds("proc_image_sched_delay_seconds_sum"));
        Assert.Equal(expected.Count, found.Value("proc_image_sched_delay_seconds_count"));
        next.Stop();
    }

    [Fact]
    public void No_series_steps_back_over_20_loaders_that_were_killed()
    {
        const int kills = 20;
        var growth = new Growth();
        var (spinners, execs) = (Start("spinners", 120_000), Start("execs", 100_003));
        var pingpong = Start("pingpong", 100_000_007, 0);
        int[] named = [spinners.Pid, execs.Pid, .. pingpong.Pids];
        foreach (int pid in named)
            Loader.Control("-rS", "-s10", "-P", $"{pid}");
        Loader.Control("-rS", "-s10", "-p", $"{spinners.Pid}");
        Loader.Control("-rS", "-s10");
        using var counter = new DeathCounter(); // of others on the machine too
        var (signalsBefore, countedBefore) = (CountSignals(), counter.Signalled);
        foreach (var workload in new[] { spinners, execs, pingpong })
            workload.Begin();
        for (int killed = 0; killed < kills; killed++)
        {
            for (int scrape = 0; scrape < 3; scrape++)
                growth.Check(_current.Scrape(), $"{killed} killed, scrape {scrape}");
            var deaths = Start("deaths", 53);
            deaths.Begin(); // so that the loader is killed between any two of them
            Thread.Sleep(killed);
            Kill();
            deaths.AwaitDone();
            Adopt();
        }

        growth.Check(_current.Scrape(), "at the end");
        Log.WriteLine($"{growth.Highest.Count} series");
        foreach (int pid in named)
            Assert.Contains(growth.Highest, series => series.Has("tgid", $"{pid}") && series.Value > 0);
        long notCounted = Eventually.Get(
            () => counter.Signalled - countedBefore - (long)(CountSignals() - signalsBefore), count => count == kills);
        Assert.Equal(kills, notCounted); // the loaders, which are excepted themselves
        Assert.InRange(counter.Signalled, kills * 54, long.MaxValue);
        _current.Stop();
    }

    [Fact]
    public void Under_50000_switches_a_second_20_kills_cost_the_delay_not_a_nanosecond()
    {
        int[] pauses = [3011, .. Enumerable.Range(0, 19).Select(i => i % 5 == 0 ? 701 : 7 * i)];
        var pingpong = Start("pingpong", 100_003, 0);
        foreach (int pid in pingpong.Pids)
            Loader.Control("-S", "-P", $"{pid}");
        var before = pingpong.Pids.Select(Proc.ProcessSchedStat).ToArray();
        var watch = Stopwatch.StartNew();
        using (var load = new Repeated(pingpong))
        {
            foreach (int pause in pauses)
            {
                Kill();
                Thread.Sleep(pause);
                Adopt();
            }

            load.Finish();
        }

        double seconds = watch.Elapsed.TotalSeconds;
        var metrics = _current.Scrape();
        long switches = 0;
        foreach (var (pid, then) in pingpong.Pids.Zip(before))
        {
            var (expected, found) = (Proc.ProcessSchedStat(pid) - then, metrics.Of(pid));
            Assert.Equal(expected.Delay, found.Nanoseconds("proc_image_sched_delay_seconds_sum"));
            Assert.Equal(expected.Count, found.Value("proc_image_sched_delay_seconds_count"));
            switches += expected.Count;
        }

        Log.WriteLine($"{switches} switches in {seconds:0.0} s");
        Assert.InRange(switches / seconds, 50_000, double.MaxValue);
        _current.Stop();
    }

    [Fact]
    public void Those_who_died_while_no_loader_was_there_are_told_by_the_next_one()
    {
        var naps = Enumerable.Range(0, 7).Select(_ => Own(Workload.StartWaitedFor("naps", 101))).ToArray();
        foreach (var each in naps)
            Loader.Control("-rS", "-s10", "-P", $"{each.Pid}");
        var deaths = Start("deaths", 211);
        Loader.Control("-rS", "-s10");
        decimal before = CountSignals();
        Loader.Scrape();
        Kill();
        var reports = new List<WaitReport>();
        foreach (var each in naps)
        {
            each.Go();
            reports.Add(each.AwaitReport());
        }

        deaths.Go();
        Adopt();
        var metrics = _current.Scrape();
        foreach (var report in reports)
        {
            var found = metrics.Of(report.Pid);
            Assert.Equal(report.Code, found.Value("proc_image_process_exit_code"));
            Assert.True(found.Has("proc_image_process_exit_time_seconds"));
            Assert.InRange(found.Value("proc_image_sched_delay_seconds_count"), 101, decimal.MaxValue);
            if (found.Value("proc_image_process_complete") == 1)
                Assert.InRange(
                    found.Value("proc_image_process_context_switches_total", ("kind", "voluntary")),
                    report.Voluntary - 1, report.Voluntary);
        }

        Assert.Equal(before + 211, Eventually.Get(CountSignals, count => count == before + 211));
        _current.Stop();
    }

    [Fact]
    public void The_controller_needs_no_loader()
    {
        var naps = Start("naps", 1009);
        Loader.Signal(Signals.Kill);
        Loader.AwaitExit();
        Assert.False(Loader.Status().GetProperty("loader").GetProperty("alive").GetBoolean());
        Loader.Control("-S", "-P", $"{naps.Pid}");
        var before = Proc.ProcessSchedStat(naps.Pid);
        naps.Go();
        using var next = Loader.StartOn(Loader.Directory);
        Assert.True(next.Status().GetProperty("loader").GetProperty("alive").GetBoolean());
        Assert.Equal(
            (Proc.ProcessSchedStat(naps.Pid) - before).Delay,
            next.Scrape().Of(naps.Pid).Nanoseconds("proc_image_sched_delay_seconds_sum"));
        next.Stop();
    }

    private void Kill()
    {
        _current.Signal(Signals.Kill);
        _current.AwaitExit();
    }

    private void Adopt() => _current = Own(Loader.StartOn(Loader.Directory));

    private decimal CountSignals() => _current.Scrape().Value("proc_image_exits_total", ("cause", "signal"));
}
