namespace ProcImage.Tests.Kernel;

/// <summary>A loader that is killed leaves the kernel side at work, and the next one takes it up.</summary>
public sealed class AdoptionTests(ITestOutputHelper log) : KernelTest(log)
{
    [Fact]
    public void The_next_loader_goes_on_with_what_a_killed_one_has_counted()
    {
        var naps = Start("naps", 1009);
        Loader.Control("-rS", "-P", $"{naps.Pid}");
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
}
