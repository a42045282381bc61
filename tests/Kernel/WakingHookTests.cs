namespace ProcImage.Tests.Kernel;

/// <summary>Each wake-up of each process costs something, so its hook is attached only while a target has a ledger.</summary>
public sealed class WakingHookTests(ITestOutputHelper log) : KernelTest(log, "-a", "--group", $"{Members}")
{
    private const int Members = 64_909;

    private bool IsAttached => File.Exists(Path.Combine(Loader.Directory, "links", "sched_waking"));

    [Fact]
    public void It_is_attached_from_the_first_target_with_a_ledger_to_the_last()
    {
        var (one, other) = (Start("naps", 11), Start("naps", 11));
        Assert.False(IsAttached);
        Loader.Control("-k1", "-P", $"{one.Pid}");
        Loader.Control("-k1", "-p", $"{other.Pid}");
        Assert.Equal(1, Loader.Scrape().Value("proc_image_hook_attached", ("hook", "sched_waking")));
        Loader.Control("-d", "-P", $"{one.Pid}");
        Assert.True(IsAttached);
        Loader.Control("-d", "-p", $"{other.Pid}");
        Assert.False(IsAttached);
        Assert.Equal(0, Loader.Scrape().Value("proc_image_hook_attached", ("hook", "sched_waking")));
    }

    [Theory]
    [InlineData("-k1")]
    [InlineData("-rS", "-k0", "-P")]
    public void Nothing_else_needs_it(params string[] options)
    {
        var naps = Start("naps", 11);
        Loader.Control([.. options, .. options[^1] == "-P" ? [$"{naps.Pid}"] : Array.Empty<string>()]);
        Assert.False(IsAttached);
    }

    [Fact]
    public void It_goes_with_a_deadline_and_with_the_target()
    {
        var (one, other) = (Start("naps", 11), Start("naps", 11));
        Loader.Control("-k1", "-t1", "-P", $"{one.Pid}");
        Assert.True(IsAttached);
        Eventually.True(() => !IsAttached, "it is gone after the deadline");
        Loader.Control("-k1", "-P", $"{other.Pid}");
        Assert.True(IsAttached);
        other.End();
        Eventually.True(() => !IsAttached, "it is gone with the target");
    }

    [Fact]
    public void The_next_loader_takes_it_over()
    {
        Loader.Control("-k1", "-P", $"{Start("naps", 11).Pid}");
        Loader.Signal(Signals.Kill);
        Loader.AwaitExit();
        Assert.True(IsAttached);
        File.Delete(Path.Combine(Loader.Directory, "links", "sched_waking"));
        using var next = Loader.StartOn(Loader.Directory, "-a", "--group", $"{Members}");
        Assert.True(IsAttached);
        next.Control("-d");
        Assert.False(IsAttached);
        next.Stop();
    }

    /// <summary>Then nobody knows who has woken its threads up; the rest is as it is for root.</summary>
    [Fact]
    public void A_member_of_a_group_cannot_attach_it_and_is_not_refused_for_that()
    {
        using var others = new Unprivileged();
        others.AsNobody(
            "controller", ["-k1", "-P", $"{Start("naps", 11).Pid}", "--bpffs", Loader.Directory], Members).AssertDone();
        Assert.False(IsAttached);
    }
}
