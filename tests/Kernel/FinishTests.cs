using Libbpf;

namespace ProcImage.Tests.Kernel;

/// <summary>However it ends, the machine is as it was before.</summary>
public sealed class FinishTests
{
    private readonly BpfCounts _before = CountAtRest();

    [Fact]
    public void Finish_takes_everything_down()
    {
        using var loader = Activated(out var naps);
        using var _ = naps;
        AssertHolds(loader);
        Ran finish = loader.Controller("-f").AssertDone();
        AssertAsBeforeAtOnce(loader);
        Assert.StartsWith("finished", finish.Output, StringComparison.Ordinal);
        Assert.Equal(0, loader.AwaitExit());
    }

    [Fact]
    public void Finish_takes_down_what_a_killed_loader_has_left()
    {
        using var loader = Activated(out var naps);
        using var _ = naps;
        loader.Signal(Signals.Kill);
        loader.AwaitExit();
        AssertHolds(loader);
        loader.Control("-f");
        AssertAsBeforeAtOnce(loader);
    }

    [Fact]
    public void Finish_kills_a_loader_that_does_not_answer()
    {
        using var loader = Activated(out var naps);
        using var _ = naps;
        loader.Signal(Signals.Stop);
        loader.Control("-f");
        AssertAsBeforeAtOnce(loader);
        loader.AwaitExit();
    }

    [Theory]
    [InlineData(Signals.Term)]
    [InlineData(Signals.Interrupt)]
    public void A_signal_takes_everything_down(int signal)
    {
        using var loader = Activated(out var naps);
        using var _ = naps;
        loader.Signal(signal);
        Assert.Equal(0, loader.AwaitExit());
        AssertAsBefore(loader);
    }

    [Fact]
    public void In_the_middle_of_an_adoption_it_takes_down_what_was_there()
    {
        for (int delay = 0; delay < 240; delay += 20)
        {
            using var killed = Activated(out var naps);
            using var _ = naps;
            killed.Signal(Signals.Kill);
            killed.AwaitExit();
            using var next = Loader.StartingOn(killed.Directory);
            Thread.Sleep(delay);
            killed.Control("-f");
            // One that was too late to adopt has begun afresh, with none of the policies.
            Eventually.True(next.IsReadyOrGone, "ready or gone");
            if (!next.HasExited)
            {
                Assert.Equal(0, killed.Status().GetProperty("policies").GetArrayLength());
                killed.Control("-f");
            }

            next.AwaitExit();
            AssertAsBefore(killed);
        }
    }

    // What an earlier test has let go of may not be gone yet.
    private static BpfCounts CountAtRest() => Eventually.Get(
        () =>
        {
            var first = BpfInventory.Count();
            Thread.Sleep(300);
            return (First: first, Second: BpfInventory.Count());
        },
        counts => counts.First == counts.Second).Second;

    private static Loader Activated(out Workload naps)
    {
        var loader = Loader.Start();
        naps = Workload.Start("naps", 1009);
        loader.Control("-rS", "-t600", "-P", $"{naps.Pid}");
        return loader;
    }

    private void AssertHolds(Loader loader)
    {
        Assert.True(Directory.Exists(loader.Directory));
        var now = BpfInventory.Count();
        Assert.True(now.Programs > _before.Programs && now.Maps > _before.Maps && now.Links > _before.Links);
    }

    private void AssertAsBeforeAtOnce(Loader loader)
    {
        var now = BpfInventory.Count();
        loader.AssertNothingPinned();
        Assert.Equal(_before, now);
    }

    private void AssertAsBefore(Loader loader)
    {
        loader.AssertNothingPinned();
        // The kernel frees them some moments after their last user has gone.
        Assert.Equal(_before, Eventually.Get(BpfInventory.Count, now => now == _before));
    }
}
