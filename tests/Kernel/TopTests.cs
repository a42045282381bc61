namespace ProcImage.Tests.Kernel;

/// <summary>The classic case: who only looks now and then waits long beside those who always want the CPU.</summary>
public sealed class TopTests(ITestOutputHelper log) : KernelTest(log)
{
    [Fact]
    public void Top_beside_as_many_hogs_as_cpus_waits_far_longer_than_the_idle_system()
    {
        using var top = new Child(Requirements.Installed("top", "procps"), "-b", "-d", "0.2");
        Loader.Control("-S", "-P", $"{top.Pid}");
        decimal idle = Enumerable.Range(0, 6).Min(_ => MeanOfSystemInHalfASecond());
        var hogs = Enumerable.Range(0, Environment.ProcessorCount).Select(cpu => Start("hogs", 1, cpu, 5003)).ToArray();
        foreach (var hog in hogs)
            hog.Begin();
        Thread.Sleep(TimeSpan.FromSeconds(1));
        var before = Loader.Scrape().Of(top.Pid);
        foreach (var hog in hogs)
            hog.AwaitDone();
        decimal loaded = Mean(before, Loader.Scrape().Of(top.Pid), "proc_image_sched_delay_seconds");
        Log.WriteLine($"idle system {idle:e2} s, top beside hogs {loaded:e2} s");
        Assert.InRange(loaded, 10 * idle, decimal.MaxValue);
    }

    // The least of several: whatever else runs on the machine for a moment does not make it idle.
    private decimal MeanOfSystemInHalfASecond()
    {
        var before = Loader.Scrape();
        Thread.Sleep(TimeSpan.FromSeconds(0.5));
        return Mean(before, Loader.Scrape(), "proc_image_system_sched_delay_seconds");
    }

    private static decimal Mean(Metrics before, Metrics after, string name) =>
        (after.Value(name + "_sum") - before.Value(name + "_sum"))
        / (after.Value(name + "_count") - before.Value(name + "_count"));
}
