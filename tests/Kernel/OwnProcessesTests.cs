namespace ProcImage.Tests.Kernel;

/// <summary>The tool does not show itself, unless it is told to.</summary>
public sealed class OwnProcessesTests(ITestOutputHelper log) : KernelTest(log)
{
    private const string Cpu = "proc_image_process_cpu_seconds_total";

    [Fact]
    public void The_tools_own_processes_are_excepted()
    {
        List<int> own = [Loader.Pid, Loader.Controller("-rS").AssertDone().Pid];
        for (int i = 0; i < 5; i++)
            own.Add(Loader.Controller("--status").AssertDone().Pid);
        // The kernel lets go of the dead some moments after their end.
        Thread.Sleep(TimeSpan.FromSeconds(1));
        var found = Loader.Scrape();
        Assert.All(own, pid => Assert.Empty(found.Of(pid).All));
        Assert.True(found.Of(Environment.ProcessId).Has(Cpu));
    }

    [Fact]
    public void They_are_included_on_demand()
    {
        Loader.Control("-rS", "-m");
        Assert.True(Loader.Scrape().Of(Loader.Pid).Has(Cpu));
        Assert.True(Loader.Status().GetProperty("policies")[0].GetProperty("include_self").GetBoolean());
    }

    [Fact]
    public void A_target_that_is_the_tool_itself_is_imaged()
    {
        Loader.Control("-rS", "-P", $"{Loader.Pid}");
        Assert.True(Loader.Scrape().Of(Loader.Pid).Has(Cpu));
    }
}
