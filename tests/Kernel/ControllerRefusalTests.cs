namespace ProcImage.Tests.Kernel;

/// <summary>What the controller refuses, it refuses in one line and before anything is written.</summary>
public sealed class ControllerRefusalTests(ITestOutputHelper log, ControllerRefusalTests.ResourceLoader shared)
    : KernelTest(log, shared), IClassFixture<ControllerRefusalTests.ResourceLoader>
{
    [Theory]
    [InlineData("-S", 1)]
    [InlineData("-rS", 1)]
    [InlineData("-k0", 3)]
    [InlineData("-l", 3)]
    [InlineData("-s20", 3)]
    public void An_image_that_is_not_preloaded_or_that_this_build_does_not_have(string images, int status)
    {
        var naps = Start("naps", 11);
        AssertRefused(status, images, "-P", $"{naps.Pid}");
    }

    [Theory]
    [InlineData("-P")]
    [InlineData("-p")]
    public void A_target_that_does_not_exist(string option)
    {
        var naps = Start("naps", 11);
        naps.End();
        AssertRefused(1, "-r", option, $"{naps.Pid}");
    }

    [Fact]
    public void A_thread_that_is_no_process()
    {
        var hogs = Start("hogs", 1, -1, 11);
        AssertRefused(1, "-r", "-P", $"{Proc.Threads(hogs.Pid).Single(tid => tid != hogs.Pid)}");
    }

    [Theory]
    [InlineData("-r", "-P0")]
    [InlineData("-r", "-P4194305")]
    [InlineData("-r", "-t-1")]
    [InlineData("-s51", "-P1")]
    [InlineData("-k2", "-P1")]
    public void A_number_out_of_range(params string[] arguments) => AssertRefused(2, arguments);

    [Fact]
    public void A_policy_to_remove_that_is_not_there() => AssertRefused(1, "-d", "-P", $"{Environment.ProcessId}");

    [Fact]
    public void Anything_while_nothing_is_preloaded()
    {
        string controller = Requirements.Built("controller");
        string directory = Loader.NewDirectory();
        Ran.With(controller, "-r", "-P", $"{Environment.ProcessId}", "--bpffs", directory).AssertRefused(5);
        Ran.With(controller, "-d", "--bpffs", directory).AssertRefused(5);
        Ran.With(controller, "--status", "--bpffs", directory).AssertRefused(5);
        Ran.With(controller, "-f", "--bpffs", directory).AssertRefused(5);
    }

    public sealed class ResourceLoader() : SharedLoader("-r");

    private void AssertRefused(int status, params string[] arguments)
    {
        string before = Loader.Control("--status", "--json");
        Loader.Controller(arguments).AssertRefused(status);
        Assert.Equal(before, Loader.Control("--status", "--json"));
    }
}
