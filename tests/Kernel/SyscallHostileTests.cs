using ProcImage.Tests.Fuzz;

namespace ProcImage.Tests.Kernel;

/// <summary>Whatever number a program puts into the register, nothing is lost and nothing breaks.</summary>
public sealed class SyscallHostileTests(ITestOutputHelper log) : KernelTest(log)
{
    private const int Calls = 20_011;

    [Fact]
    public void Numbers_that_there_are_not_by_every_entry_are_counted() => Fuzzing.Run(random =>
    {
        using var workload = Workload.Start("hostile", random.Next(), Calls);
        Loader.Control("-s50", "-P", $"{workload.Pid}");
        long before = CallPortrait.Of(Loader, workload.Pid).Count;
        var done = workload.Go();
        var found = CallPortrait.Of(Loader, workload.Pid);
        // Besides: four reads that had begun before, three more of the main thread, five writes.
        Assert.Equal(0, before);
        Assert.Equal(done[0], found.Count - found.CountOf("read") - found.CountOf("write"));
        Assert.Equal((4 + 3, 5), (found.CountOf("read"), found.CountOf("write")));
        Assert.Equal(found.Count, found.Counts.Values.Sum());
        Assert.InRange(found.Counts.Count, 100, 120);
        Assert.InRange(found.CountOf("other"), 1, done[0]);
        // There is one errno: what has failed has failed with it.
        Assert.Equal(found.Count - found.CountOf("getppid") - found.CountOf("compat_getpid") - 7 - 5, found.Errors);
        Assert.True(found.IsComplete);
        Loader.Control("-d");
    });
}
