using System.Text.Json;

namespace ProcImage.Tests.Kernel;

/// <summary>How long system calls take, and which one a thread is in.</summary>
public sealed class SyscallTimeTests(ITestOutputHelper log) : KernelTest(log)
{
    private const int Sleeps = 101;
    private const long Millisecond = 1_000_000;

    [Fact]
    public void Sleeps_take_as_long_as_the_program_says()
    {
        var workload = Start("sleeps", Sleeps, 20 * Millisecond);
        Loader.Control("-s50", "-P", $"{workload.Pid}");
        var done = workload.Go();
        var found = CallPortrait.Of(Loader, workload.Pid);
        long sum = found.Number("clock_nanosleep", "time_ns");
        Log.WriteLine($"{sum} of {done[0]} ns, longest {found.Number("clock_nanosleep", "max_ns")} of {done[2]}");
        Assert.Equal(Sleeps, found.CountOf("clock_nanosleep"));
        Assert.InRange(sum, done[0] * 0.99, done[0]); // the program has looked before and after
        Assert.InRange(found.Number("clock_nanosleep", "max_ns"), 20 * Millisecond, done[2]);
        AssertConsistent(found.Latency);
        // 2^24 ns are less than 20 ms, 2^25 more: what the program has measured falls into the same buckets.
        Assert.InRange(done[1], 20 * Millisecond, 1L << 25);
        Assert.Equal(Sleeps, Buckets(found.Latency).Skip(25 - 11).Sum());
        Assert.Equal(done[2] > 1L << 25, Buckets(found.Latency)[25 - 11] < Sleeps);
        AssertConsistent(found.SystemLatency);
        Assert.InRange(found.SystemLatency.GetProperty("count").GetInt64(), found.Latency.GetProperty("count").GetInt64(), long.MaxValue);
        Assert.InRange(found.SystemLatency.GetProperty("max_ns").GetInt64(), found.Latency.GetProperty("max_ns").GetInt64(), long.MaxValue);
        Assert.InRange(found.SystemLatency.GetProperty("min_ns").GetInt64(), 1, found.Latency.GetProperty("min_ns").GetInt64());
    }

    [Fact]
    public void A_call_that_began_before_is_shown_at_once_and_counts_when_it_ends()
    {
        var workload = Start("calls");
        Loader.Control("-s3", "-P", $"{workload.Pid}");
        var found = CallPortrait.Of(Loader, workload.Pid);
        Assert.Equal(0, found.Count);
        Assert.All(found.Threads.Keys, tid => Assert.Equal("read", found.Inside(tid)));
        Assert.All(found.Threads.Values, thread => Assert.False(thread.GetProperty("inside").TryGetProperty("time_ns", out _)));
        workload.Go();
        found = CallPortrait.Of(Loader, workload.Pid);
        Assert.Equal(8 + 7, found.CountOf("read"));
        // Of those eight nobody knows when they began.
        Assert.Equal(found.Count - 8, found.Latency.GetProperty("count").GetInt64());
        // By now each has been waiting in a read that did begin meanwhile.
        Assert.All(found.Threads.Values, thread => Assert.InRange(thread.GetProperty("inside").GetProperty("time_ns").GetInt64(), 1, 60_000 * Millisecond));
    }

    [Fact]
    public void A_call_over_a_rest_of_the_image_has_no_wild_time()
    {
        var workload = Start("sleeps", 1, 700 * Millisecond);
        Loader.Control("-s3", "-P", $"{workload.Pid}");
        workload.Begin();
        Eventually.True(() => CallPortrait.Of(Loader, workload.Pid).Inside(workload.Pid) == "clock_nanosleep", "it sleeps");
        Loader.Control("-d");
        Loader.Control("-s3", "-P", $"{workload.Pid}");
        Assert.Equal("clock_nanosleep", CallPortrait.Of(Loader, workload.Pid).Inside(workload.Pid));
        workload.AwaitDone();
        workload.AwaitRest();
        var found = CallPortrait.Of(Loader, workload.Pid);
        Assert.Equal((1, 0), (found.CountOf("clock_nanosleep"), found.Number("clock_nanosleep", "time_ns")));
    }

    /// <summary>Its beginning is known then, but that was before the activation.</summary>
    [Fact]
    public void Where_another_target_is_imaged_a_call_that_began_before_has_no_time_either()
    {
        var other = Start("naps", 1);
        var workload = Start("sleeps", 1, 300 * Millisecond);
        Loader.Control("-s3", "-P", $"{other.Pid}");
        workload.Begin();
        Eventually.True(() => Proc.Stat(workload.Pid).State == 'S', "it sleeps");
        Loader.Control("-s3", "-P", $"{workload.Pid}");
        Assert.Equal("clock_nanosleep", CallPortrait.Of(Loader, workload.Pid).Inside(workload.Pid));
        workload.AwaitDone();
        workload.AwaitRest();
        var found = CallPortrait.Of(Loader, workload.Pid);
        Assert.Equal((1, 0, 0), (found.CountOf("clock_nanosleep"), found.Number("clock_nanosleep", "time_ns"), found.Number("clock_nanosleep", "timed")));
    }

    [Fact]
    public void Calls_that_signals_interrupt_are_counted_once_each()
    {
        var workload = Start("interrupted");
        Loader.Control("-s50", "-P", $"{workload.Pid}");
        workload.Go();
        var found = CallPortrait.Of(Loader, workload.Pid);
        Log.WriteLine($"{found}");
        Assert.Equal((3, 0), (found.CountOf("readv"), found.Number("readv", "errors")));
        Assert.InRange(found.Number("readv", "time_ns"), 3 * 5 * Millisecond, long.MaxValue); // the whole time, handlers included
        Assert.Equal((3 * 5 * 2, 3 * 5 * 2), (found.CountOf("pread64"), found.Failed("pread64", "ESPIPE")));
        Assert.Equal((7, 7), (found.CountOf("poll"), found.Failed("poll", "EINTR")));
        Assert.Equal((11, 11), (found.CountOf("recvfrom"), found.Failed("recvfrom", "EINTR")));
        Assert.Equal((2 * 13, 13), (found.CountOf("select"), found.Failed("select", "EINTR")));
        Assert.Equal((17, 0), (found.CountOf("recvmsg"), found.Number("recvmsg", "errors")));
        Assert.Equal((17, 17), (found.CountOf("ppoll"), found.Failed("ppoll", "EINTR")));
        // Of the jumps out of a handler no return is seen.
        Assert.Equal((3 * 5 + 7 + 13 + 2 * 17, 0), (found.CountOf("rt_sigreturn"), found.Number("rt_sigreturn", "errors")));
    }

    [Fact]
    public void A_stop_and_a_continuation_are_one_sleep()
    {
        var workload = Start("sleeps", 1, 400 * Millisecond);
        Loader.Control("-s3", "-P", $"{workload.Pid}");
        workload.Begin();
        Eventually.True(() => CallPortrait.Of(Loader, workload.Pid).Inside(workload.Pid) == "clock_nanosleep", "it sleeps");
        for (int i = 0; i < 5; i++)
        {
            Signals.Send(workload.Pid, Signals.Stop);
            Eventually.True(() => Proc.Stat(workload.Pid).State == 'T', "it has stopped");
            Assert.Equal("clock_nanosleep", CallPortrait.Of(Loader, workload.Pid).Inside(workload.Pid));
            Signals.Send(workload.Pid, Signals.Continue);
            Eventually.True(() => Proc.Stat(workload.Pid).State == 'S', "it goes on");
        }

        long slept = workload.AwaitDone()[0];
        workload.AwaitRest();
        var found = CallPortrait.Of(Loader, workload.Pid);
        Assert.Equal((1, 0), (found.CountOf("clock_nanosleep"), found.Number("clock_nanosleep", "errors")));
        Assert.Equal(0, found.CountOf("restart_syscall"));
        Assert.InRange(found.Number("clock_nanosleep", "time_ns"), 400 * Millisecond, slept);
    }

    /// <summary>A call that fails with EINTR, other than one that may be begun anew, has ended when the signal ends the process.</summary>
    [Theory]
    [InlineData(Signals.Kill)]
    [InlineData(Signals.Term)]
    [InlineData(Signals.Segmentation)]
    public void Who_is_killed_while_it_waits_for_events_says_so(int signal)
    {
        var python = Own(new Child("python3", "-c", "import select\nwhile True: select.epoll().poll(60)"));
        Loader.Control("-s3", "-k0", "-P", $"{python.Pid}");
        Eventually.True(() => CallPortrait.Of(Loader, python.Pid).Inside(python.Pid) == "epoll_wait", "it waits for events");
        python.Signal(signal);
        Assert.Equal("epoll_wait", CallPortrait.AwaitDeath(Loader, python.Pid).AtDeath[0].GetProperty("name").GetString());
    }

    [Fact]
    public void Who_has_been_stopped_in_a_call_that_has_failed_is_in_none()
    {
        using var redis = new Redis();
        Loader.Control("-s3", "-P", $"{redis.Pid}");
        Eventually.True(() => CallPortrait.Of(Loader, redis.Pid).CountOf("epoll_wait") > 0, "it has looked for events");
        Signals.Send(redis.Pid, Signals.Stop);
        Eventually.True(() => Proc.Stat(redis.Pid).State == 'T', "it has stopped");
        Assert.Null(CallPortrait.Of(Loader, redis.Pid).Inside(redis.Pid));
    }

    [Fact]
    public void What_an_earlier_activation_has_kept_is_not_shown_in_this_one()
    {
        var other = Start("naps", 1);
        var workload = Start("calls");
        Loader.Control("-s3", "-P", $"{other.Pid}"); // so that the hooks go on
        Loader.Control("-s20", "-P", $"{workload.Pid}");
        workload.Go();
        Loader.Control("-d", "-P", $"{workload.Pid}");
        Loader.Control("-s20", "-P", $"{workload.Pid}");
        var found = CallPortrait.Of(Loader, workload.Pid);
        Assert.Equal(0, found.Count);
        Assert.All(found.Threads.Keys, tid => Assert.Empty(found.Sequence(tid)));
        Assert.All(found.Threads.Keys, tid => Assert.Equal("read", found.Inside(tid)));
    }

    [Fact]
    public void Who_is_killed_says_in_which_call_and_since_when()
    {
        var workload = Start("calls");
        Loader.Control("-s3", "-k0", "-P", $"{workload.Pid}");
        workload.Go();
        Thread.Sleep(300);
        Signals.Send(workload.Pid, Signals.Kill);
        var found = CallPortrait.AwaitDeath(Loader, workload.Pid);
        Assert.Equal(8, found.AtDeath.Count);
        Assert.Equal(workload.Pid, found.AtDeath[0].GetProperty("tid").GetInt32());
        Assert.All(found.AtDeath, call => Assert.Equal("read", call.GetProperty("name").GetString()));
        Assert.All(found.AtDeath, call => Assert.InRange(call.GetProperty("time_ns").GetInt64(), 250 * Millisecond, 60_000 * Millisecond));
        Assert.Equal("read", Life.AwaitDeath(Loader, workload.Pid).Death.InCall);
        Assert.Equal(3 * 7 + 1 + 1, found.CountOf("read")); // with those that have not returned
    }

    private static long[] Buckets(JsonElement latency) =>
        [.. latency.GetProperty("buckets").EnumerateArray().Select(bucket => bucket.GetInt64())];

    /// <summary>No bucket below the shortest or above the longest, and the sum between what the buckets allow.</summary>
    private static void AssertConsistent(JsonElement latency)
    {
        long[] buckets = Buckets(latency);
        long min = latency.GetProperty("min_ns").GetInt64(), max = latency.GetProperty("max_ns").GetInt64();
        Assert.Equal(latency.GetProperty("count").GetInt64(), buckets.Sum());
        Assert.InRange(min, 1, max);
        int first = Array.FindIndex(buckets, bucket => bucket > 0), last = Array.FindLastIndex(buckets, bucket => bucket > 0);
        Assert.InRange(min, first == 0 ? 0 : (1L << (10 + first)) + 1, 1L << (11 + first));
        Assert.InRange(max, last == 0 ? 0 : (1L << (10 + last)) + 1, 1L << (11 + last));
    }
}
