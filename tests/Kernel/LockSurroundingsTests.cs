using System.Globalization;

namespace ProcImage.Tests.Kernel;

/// <summary>Locks in a container, under another loader, and in standby.</summary>
public sealed class LockSurroundingsTests(ITestOutputHelper log) : KernelTest(log, "-l", "--standby")
{
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(20);

    /// <summary>The memory of a lock has the tid as its process knows it.</summary>
    [Fact]
    public void In_a_pid_namespace_an_owner_is_the_thread_that_it_is_outside()
    {
        using var unshare = new Child(
            Requirements.Installed("unshare", "util-linux"), "-p", "-f", "--kill-child", Workloads.PathOf("deadlocks"), "abba");
        Assert.Equal("ready 1", unshare.ReadLine(_limit));
        int inside = int.Parse(File.ReadAllText($"/proc/{unshare.Pid}/task/{unshare.Pid}/children"), CultureInfo.InvariantCulture);
        Loader.Control("-l", "-P", $"{inside}");
        unshare.Say("go");
        int[] tids = [.. Proc.Threads(inside).Where(tid => tid != inside).Order()];
        Eventually.True(() => LockedLife.Of(Loader, inside).Deadlocks.Count == 1, "it is found");
        var life = LockedLife.Of(Loader, inside);
        string[] expected = [$"{tids[0]} {tids[1]} cache_mutex", $"{tids[1]} {tids[0]} config_mutex"];
        Assert.Equal(expected, LockedLife.Edges(life.Waiting).Order(StringComparer.Ordinal));
        Assert.Equal(expected, LockedLife.Edges(life.Deadlocks[0].GetProperty("threads").EnumerateArray()));
    }

    /// <summary>Without probes in the target, which take some 20 us of each of its waits.</summary>
    [Fact]
    public void The_next_loader_goes_on_with_what_was_waited_while_there_was_none()
    {
        var locks = Start("locks");
        Loader.Control("--lock=contention", "-P", $"{locks.Pid}");
        Loader.Signal(Signals.Kill);
        Loader.AwaitExit();
        long measured = locks.Go()[0];
        using var next = Loader.StartOn(Loader.Directory, "-l");
        var life = LockedLife.Of(next, locks.Pid);
        long waited = life.Kind("mutex").GetProperty("wait_ns").GetInt64();
        Log.WriteLine($"{waited} ns of {measured}");
        Assert.InRange(waited, measured * 0.95, measured);
        Assert.Equal(life.Waits, life.ByLock.Sum(each => each.GetProperty("waits").GetInt64()));
        Assert.All(life.ByLock, each => Assert.True(each.TryGetProperty("name", out _)));
        next.Stop();
    }

    [Fact]
    public void In_standby_the_call_hooks_are_attached_while_a_policy_needs_them()
    {
        var locks = Start("locks");
        string hook = Path.Combine(Loader.Directory, "links", "sys_exit");
        Assert.False(File.Exists(hook));
        Loader.Control("-l", "-P", $"{locks.Pid}");
        Assert.True(File.Exists(hook));
        locks.Go();
        Assert.True(LockedLife.Of(Loader, locks.Pid).Waits > 0);
        Loader.Control("-d");
        Assert.False(File.Exists(hook));
    }

    /// <summary>The threads of the child end within their waits.</summary>
    [Fact]
    public void A_wait_that_the_end_of_its_process_ends_counts()
    {
        var deadlocks = Start("deadlocks", "abba");
        Loader.Control("-l", "-P", $"{deadlocks.Pid}");
        deadlocks.Go();
        Thread.Sleep(500);
        deadlocks.End();
        Eventually.True(() => LockedLife.Of(Loader, deadlocks.Pid).Kind("mutex").GetProperty("waits").GetInt64() == 2, "two waits");
        Assert.True(LockedLife.Of(Loader, deadlocks.Pid).Kind("mutex").GetProperty("min_ns").GetInt64() >= 500_000_000);
    }
}
