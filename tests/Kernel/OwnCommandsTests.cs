namespace ProcImage.Tests.Kernel;

/// <summary>Who images every process sees none of the commands that he does it with, not even dead ones.</summary>
public sealed class OwnCommandsTests(ITestOutputHelper log) : KernelTest(log)
{
    private const string Info = "proc_image_process_info";

    [Fact]
    public void No_command_of_the_tool_is_among_all_processes()
    {
        Loader.Control("-r");
        for (int i = 0; i < 3; i++)
            Loader.Control("--status");
        int later = Ran.With("true").AssertDone().Pid;
        // Deaths are told in their order: those of the commands would be there.
        var found = Eventually.Get(
            Loader.Scrape, metrics => metrics.Of(later).Has("proc_image_process_exit_time_seconds"));
        Assert.Equal("true", found.Of(later).One(Info).Labels["comm"]);
        Assert.DoesNotContain(
            found.Named(Info).All, series => series.Has("comm", "controller") || series.Has("comm", "proc_image"));
    }
}
