namespace ProcImage.Tests.Kernel;

/// <summary>The run-queue delay of the whole system, for comparison.</summary>
public sealed class SystemScheduleTests(ITestOutputHelper log) : KernelTest(log)
{
    [Fact]
    public void The_system_has_the_delay_of_all_its_tasks_within_one_percent_under_load()
    {
        var hogs = Start("hogs", 3 * Environment.ProcessorCount, -1, 5003);
        Loader.Control("-S", "-P", $"{hogs.Pid}");
        using var all = new DelayOfAllTasks();
        long before = Delay();
        hogs.Go();
        long found = Delay() - before, expected = all.Finish();
        Log.WriteLine($"system {found} ns, all tasks {expected} ns");
        Assert.InRange(found, expected * 0.99, expected * 1.01);
    }

    [Fact]
    public void The_systems_histogram_holds_as_many_waits_as_it_counts()
    {
        var naps = Start("naps", 1009);
        Loader.Control("-S", "-P", $"{naps.Pid}");
        decimal before = Proc.ProcessSchedStat(naps.Pid).Count;
        naps.Go();
        var found = Loader.Scrape();
        decimal waits = Proc.ProcessSchedStat(naps.Pid).Count - before;
        decimal count = found.Value("proc_image_system_sched_delay_seconds_count");
        Assert.Equal(count, found.Value("proc_image_system_sched_delay_seconds_bucket", ("le", "+Inf")));
        Assert.Equal(waits, found.Of(naps.Pid).Value("proc_image_sched_delay_seconds_count"));
        Assert.InRange(waits, 1, count);
        Assert.InRange(
            found.Of(naps.Pid).Value("proc_image_sched_delay_max_seconds"),
            found.Value("proc_image_system_sched_delay_min_seconds"),
            found.Value("proc_image_system_sched_delay_max_seconds"));
    }

    private long Delay() => Loader.Scrape().Nanoseconds("proc_image_system_sched_delay_seconds_sum");
}
