namespace ProcImage.Tests.Kernel;

/// <summary>What the controller refuses, it refuses in one line and before anything is written.</summary>
public sealed class ControllerRefusalTests(ITestOutputHelper log, ControllerRefusalTests.ResourceLoader shared)
    : KernelTest(log, shared), IClassFixture<ControllerRefusalTests.ResourceLoader>
{
    [Theory]
    [InlineData("-S", 1)]
    [InlineData("-rS", 1)]
    [InlineData("-k0", 1)]
    [InlineData("-k1", 1)]
    [InlineData("-l", 1)]
    [InlineData("-s20", 1)]
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

    [Theory]
    [InlineData("-P")]
    [InlineData("-p")]
    public void A_target_that_never_was(string option) => AssertRefused(1, "-r", option, "4194304");

    [Theory]
    [InlineData("-P")]
    [InlineData("-p")]
    public void A_target_that_waits_to_be_reaped(string option)
    {
        var dead = Own(Workload.StartWaitedFor("naps", 11));
        dead.StopWaiting();
        Signals.Send(dead.Pid, Signals.Kill);
        Eventually.True(() => Proc.Stat(dead.Pid).State == 'Z', "the process is dead");
        AssertRefused(1, "-r", option, $"{dead.Pid}");
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
    [InlineData("-r", "-t", "-1")]
    [InlineData("-r", "-t99999999999")]
    [InlineData("-s0", "-P1")]
    [InlineData("-s51", "-P1")]
    [InlineData("-k2", "-P1")]
    [InlineData("-r", "-p4194305")]
    [InlineData("-r", "-P-1")]
    [InlineData("-r", "-p", "-1")]
    public void A_number_out_of_range(params string[] arguments) => AssertRefused(2, arguments);

    [Theory]
    [InlineData("-r", "-Pinit")]
    [InlineData("-r", "-p1x")]
    [InlineData("-r", "-t1e3")]
    [InlineData("-r", "-P", "")]
    [InlineData("-r", "--tgid=")]
    [InlineData("-r", "-t", "")]
    [InlineData("-k", "", "-P1")]
    [InlineData("--status", "--bpffs=")]
    public void A_value_that_is_no_number_or_is_empty(params string[] arguments) => AssertRefused(2, arguments);

    [Theory]
    [InlineData("-a")]
    [InlineData("-P1")]
    public void No_image(params string[] arguments) => AssertRefused(2, arguments);

    [Theory]
    [InlineData("-d", "-a")]
    [InlineData("-df")]
    [InlineData("-f", "--status")]
    [InlineData("-r", "-P1", "-p1")]
    [InlineData("-r", "--json")]
    [InlineData("-d", "-t5")]
    public void Options_that_contradict_each_other(params string[] arguments) => AssertRefused(2, arguments);

    [Theory]
    [InlineData("-r", "-x")]
    [InlineData("-rx")]
    [InlineData("-r", "--wrong")]
    [InlineData("-r", "1")]
    [InlineData("-r", "--", "-S")]
    [InlineData("-r", "-P", "-m")]
    [InlineData("-r", "-P", "--myproc")]
    [InlineData("-r", "-P99999999999", "-P1")]
    public void What_is_unknown_too_much_or_an_option_in_the_place_of_a_value(params string[] arguments) =>
        AssertRefused(2, arguments);

    [Fact]
    public void Who_is_not_root()
    {
        using var others = new Unprivileged();
        string before = Pinned.State(Loader.Directory);
        foreach (string verb in new[] { "-r", "-d", "-f", "--status" })
            others.AsNobody("controller", [verb, "--bpffs", Loader.Directory]).AssertRefused(3);
        Assert.Equal(before, Pinned.State(Loader.Directory));
    }

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
        string before = Pinned.State(Loader.Directory);
        Loader.Controller(arguments).AssertRefused(status);
        Assert.Equal(before, Pinned.State(Loader.Directory));
    }
}
