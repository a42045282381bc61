using System.Diagnostics;
using System.Text.Json;

namespace ProcImage.Tests.Kernel;

/// <summary>Threads that wait for each other in a circle are told with every thread, lock and stack, and no others are.</summary>
public sealed class DeadlockTests(ITestOutputHelper log) : KernelTest(log, "-l")
{
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(5);

    [Theory]
    [InlineData("abba", "cache_mutex", "config_mutex")]
    [InlineData("three", "cache_mutex", "table_mutex", "config_mutex")]
    [InlineData("alone", "config_mutex")]
    public void It_is_found_and_named_within_five_seconds_of_its_making(string kind, params string[] locks)
    {
        var deadlocks = Start("deadlocks", kind);
        Loader.Control("-l", "-P", $"{deadlocks.Pid}");
        deadlocks.Begin();
        var watch = Stopwatch.StartNew();
        deadlocks.AwaitDone();
        string line = AwaitStuck();
        Log.WriteLine($"{watch.Elapsed.TotalSeconds:0.000} s: {line}");
        Assert.True(watch.Elapsed < _limit, $"after {watch.Elapsed.TotalSeconds} s");
        AssertIsIt(Only(deadlocks), deadlocks, locks);
    }

    [Fact]
    public void Also_one_that_was_made_before_anybody_looked()
    {
        var deadlocks = Start("deadlocks", "abba");
        deadlocks.Go();
        Thread.Sleep(200);
        var watch = Stopwatch.StartNew();
        Loader.Control("-l", "-P", $"{deadlocks.Pid}");
        AwaitStuck();
        Assert.True(watch.Elapsed < _limit, $"after {watch.Elapsed.TotalSeconds} s");
        AssertIsIt(Only(deadlocks), deadlocks, "cache_mutex", "config_mutex");
    }

    [Fact]
    public void In_a_process_that_only_the_policy_of_all_names()
    {
        var deadlocks = Start("deadlocks", "abba");
        Loader.Control("-l");
        deadlocks.Begin();
        AwaitStuck();
        AssertIsIt(Only(deadlocks), deadlocks, "cache_mutex", "config_mutex");
    }

    [Fact]
    public void Who_gives_back_what_he_has_is_in_none()
    {
        var retreats = Start("deadlocks", "retreat");
        Loader.Control("-l", "-P", $"{retreats.Pid}");
        retreats.Begin();
        retreats.AwaitDone();
        Thread.Sleep(_limit);
        var life = LockedLife.Of(Loader, retreats.Pid);
        Log.WriteLine($"{life}");
        Assert.Empty(life.Deadlocks);
    }

    [Fact]
    public void A_wait_with_a_timeout_ends_by_itself_and_is_in_none()
    {
        var timed = Start("deadlocks", "timed");
        Loader.Control("-l", "-P", $"{timed.Pid}");
        timed.Begin();
        timed.AwaitDone();
        Eventually.True(() => LockedLife.Of(Loader, timed.Pid).Waiting.Count == 2, "two wait");
        Thread.Sleep(2500); // of the 3 s that they wait
        Assert.Empty(LockedLife.Of(Loader, timed.Pid).Deadlocks);
    }

    [Fact]
    public void One_that_another_thread_breaks_says_so()
    {
        var broken = Start("deadlocks", "broken");
        Loader.Control("-l", "-P", $"{broken.Pid}");
        broken.Go();
        AwaitStuck();
        Assert.False(Only(broken).TryGetProperty("ended_ns", out _));
        broken.Go();
        Eventually.True(() => Only(broken).TryGetProperty("ended_ns", out _), "it has ended");
    }

    /// <summary>Where its waits are imaged no more it lasts all the same.</summary>
    [Fact]
    public void It_outlasts_its_image()
    {
        var deadlocks = Start("deadlocks", "abba");
        Loader.Control("-l", "-P", $"{deadlocks.Pid}");
        deadlocks.Go();
        AwaitStuck();
        Loader.Control("-d", "-l", "-P", $"{deadlocks.Pid}");
        Thread.Sleep(2500);
        AssertIsIt(Only(deadlocks), deadlocks, "cache_mutex", "config_mutex");
        Loader.Control("-l", "-P", $"{deadlocks.Pid}");
        Eventually.True(() => LockedLife.Of(Loader, deadlocks.Pid).Waiting.Count == 2, "two wait");
        Thread.Sleep(2500);
        Assert.False(Only(deadlocks).TryGetProperty("ended_ns", out _));
    }

    /// <summary>Its process has no memory then but that of the threads that are left.</summary>
    [Fact]
    public void Also_where_the_first_thread_of_the_process_has_ended()
    {
        var orphaned = Start("deadlocks", "orphaned");
        Loader.Control("-l", "-P", $"{orphaned.Pid}");
        orphaned.Begin();
        orphaned.AwaitDone();
        AwaitStuck();
        AssertIsIt(Only(orphaned), orphaned, "cache_mutex", "config_mutex");
    }

    private string AwaitStuck()
    {
        Loader.AwaitLine("TIME");
        return Loader.AwaitLine("");
    }

    private JsonElement Only(Workload deadlocks) => Assert.Single(LockedLife.Of(Loader, deadlocks.Pid).Deadlocks);

    private void AssertIsIt(JsonElement deadlock, Workload deadlocks, params string[] locks)
    {
        Log.WriteLine($"{deadlock}");
        int[] tids = [.. Proc.Threads(deadlocks.Pid).Where(tid => tid != deadlocks.Pid).Order()];
        var threads = deadlock.GetProperty("threads").EnumerateArray().ToList();
        Assert.Equal(
            locks.Select((name, at) => $"{tids[at]} {tids[(at + 1) % tids.Length]} {name}"), LockedLife.Edges(threads));
        Assert.All(threads, thread => Assert.Contains("waits_for", LockedLife.Stack(thread)));
        Assert.All(threads, thread => Assert.Contains("pthread_mutex_lock", LockedLife.Stack(thread)));
        Assert.False(deadlock.TryGetProperty("ended_ns", out _));
    }
}
