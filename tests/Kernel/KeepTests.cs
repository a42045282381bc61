namespace ProcImage.Tests.Kernel;

/// <summary>With --keep a loader that is told to end leaves the kernel side at work for the next one.</summary>
public sealed class KeepTests(ITestOutputHelper log) : KernelTest(log, "-a", "--keep")
{
    [Theory]
    [InlineData(Signals.HangUp)]
    [InlineData(Signals.Interrupt)]
    [InlineData(Signals.Term)]
    public void The_next_loader_goes_on_with_policies_and_figures(int signal)
    {
        var naps = Start("naps", 1009);
        Loader.Control("-rS", "-P", $"{naps.Pid}");
        var before = Proc.ProcessSchedStat(naps.Pid);
        string policies = Policies(Loader);
        naps.Go();
        Loader.Signal(signal);
        Assert.Equal(0, Loader.AwaitExit());
        Assert.StartsWith("kept: 12 hooks, 14 maps, 6 iterators;", Loader.AwaitLine("kept"), StringComparison.Ordinal);
        Assert.False(Loader.Status().GetProperty("loader").GetProperty("alive").GetBoolean());
        naps.Go();
        using var next = Loader.StartOn(Loader.Directory);
        naps.Go();
        Assert.Equal(policies, Policies(next));
        var found = next.Scrape().Of(naps.Pid);
        var expected = Proc.ProcessSchedStat(naps.Pid) - before;
        Assert.Equal(expected.Delay, found.Nanoseconds("proc_image_sched_delay_seconds_sum"));
        Assert.Equal(expected.Count, found.Value("proc_image_sched_delay_seconds_count"));
        next.Stop();
    }

    [Fact]
    public void Finish_ends_such_a_loader_and_leaves_nothing()
    {
        Loader.Control("-rS");
        Assert.StartsWith("finished: 12 hooks", Loader.Control("-f"), StringComparison.Ordinal);
        Assert.Equal(0, Loader.AwaitExit());
        Loader.AssertNothingPinned();
    }

    [Fact]
    public void A_start_that_fails_leaves_nothing()
    {
        string directory = Loader.NewDirectory();
        Ran.With(
            Requirements.Built("proc_image"),
            "-a", "--keep", "--listen", $"127.0.0.1:{Loader.Port}", "--bpffs", directory)
            .AssertRefused(1);
        Assert.False(Directory.Exists(directory));
    }

    protected override void Dispose(bool disposing)
    {
        if (!Loader.HasExited)
            Loader.Control("-f");
        Eventually.True(() => Loader.HasExited, "the loader has ended");
        base.Dispose(disposing);
    }

    private static string Policies(Loader loader) => loader.Status().GetProperty("policies").GetRawText();
}
