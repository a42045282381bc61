namespace ProcImage.Tests.Kernel;

/// <summary>System calls are counted exactly, whoever makes them.</summary>
public sealed class SyscallCountTests(ITestOutputHelper log) : KernelTest(log)
{
    private const int Threads = 7;

    private static readonly (string Call, int Count, string? Errno)[] _made =
    [
        ("getppid", 101, null), ("getuid", 103, null), ("close", 107, "EBADF"), ("openat", 109, "ENOENT"), ("write", 113, null),
        ("lseek", 127, null), ("sched_yield", 131, null), ("fcntl", 137, null), ("dup", 139, "EBADF"), ("munmap", 149, "EINVAL"),
        ("umask", 151, null),
    ];

    // Those that each thread makes besides: it opens and closes a file that there is, and writes the number of its calls.
    private static readonly Dictionary<string, int> _besides = new() { ["openat"] = 1, ["close"] = 1, ["write"] = 1 };

    [Fact]
    public void Eleven_kinds_of_calls_by_seven_threads_are_counted_exactly_with_their_errors()
    {
        var workload = Start("calls");
        Loader.Control("-s50", "-P", $"{workload.Pid}");
        long entries = workload.Go()[0];
        var found = CallPortrait.Of(Loader, workload.Pid);
        // The main thread writes to each, and 'done'.
        Dictionary<string, int> ofMain = new() { ["write"] = Threads + 1 };
        foreach (var (call, count, errno) in _made)
        {
            Assert.Equal(Threads * (count + _besides.GetValueOrDefault(call)) + ofMain.GetValueOrDefault(call), found.CountOf(call));
            Assert.Equal(errno is null ? 0 : Threads * count, found.Number(call, "errors"));
            Assert.Equal(errno is null ? 0 : Threads * count, found.Failed(call, errno ?? "EIO"));
        }

        // Reads: those that had begun before, one a thread, and the main thread's for the end of each.
        Assert.Equal(1 + Threads + Threads, found.CountOf("read"));
        Assert.Equal(entries + Threads + 1 + 1 + Threads + Threads, found.Count);
        AssertSeries(workload.Pid, found);
        Assert.True(found.IsComplete);
    }

    [Fact]
    public void All_calls_together_are_all_entries_that_perf_has_counted()
    {
        var workload = Start("calls");
        Loader.Control("-s1", "-P", $"{workload.Pid}");
        var perf = Own(new PerfCounters(workload.Pid, "raw_syscalls:sys_enter"));
        workload.Go();
        workload.End();
        var found = CallPortrait.AwaitDeath(Loader, workload.Pid);
        perf.Stop();
        long entries = perf.Read("raw_syscalls:sys_enter");
        Log.WriteLine($"{entries} entries, {found.Count} calls");
        // What every thread was in when both began has no entry, and is counted when it ends.
        Assert.Equal(entries + Threads + 1, found.Count);
        Assert.Equal(1, found.CountOf("exit_group"));
    }

    [Fact]
    public void A_thread_that_is_a_target_has_its_own_calls_alone()
    {
        var workload = Start("calls");
        int tid = Proc.Threads(workload.Pid).Order().Last();
        Loader.Control("-s11", "-p", $"{tid}");
        workload.Go();
        var found = CallPortrait.OfThread(Loader, tid);
        foreach (var (call, count, errno) in _made)
            Assert.Equal((count + _besides.GetValueOrDefault(call), errno is null ? 0 : count), (found.CountOf(call), found.Number(call, "errors")));
        Assert.Equal("read", found.Inside(tid));
        Assert.Equal([.. Enumerable.Repeat("umask", 9), "close", "write"], found.Sequence(tid));
        Assert.Equal(101, Loader.Scrape().OfThread(tid).Value("proc_image_thread_syscalls_total", ("syscall", "getppid")));
    }

    [Fact]
    public void With_every_process_imaged_the_system_has_the_calls_of_all_of_them()
    {
        Loader.Control("-s1", "-m");
        var workload = Start("calls");
        // The loader's own hundred calls between reading the one and the other are to be few beside these.
        for (int turn = 0; turn < 7; turn++)
            workload.Go();
        var found = Loader.Scrape();
        decimal all = found.Named("proc_image_syscall_latency_seconds_count").All.Sum(series => series.Value);
        decimal system = found.Value("proc_image_system_syscall_latency_seconds_count");
        Log.WriteLine($"{all} of processes, {system} of all tasks");
        Assert.InRange(all / system, 0.99m, 1.01m);
    }

    [Fact]
    public void Each_activation_begins_at_zero_and_what_was_counted_before_is_frozen()
    {
        var workload = Start("calls");
        Loader.Control("-s1", "-P", $"{workload.Pid}");
        workload.Go();
        long first = CallPortrait.Of(Loader, workload.Pid).CountOf("getppid");
        Loader.Control("-d", "-s1", "-P", $"{workload.Pid}");
        workload.Go();
        Assert.Equal((Threads * 101, first), (CallPortrait.Of(Loader, workload.Pid).CountOf("getppid"), first));
        Loader.Control("-s1", "-P", $"{workload.Pid}");
        Assert.Equal(0, CallPortrait.Of(Loader, workload.Pid).Count);
        workload.Go();
        Assert.Equal(Threads * 101, CallPortrait.Of(Loader, workload.Pid).CountOf("getppid"));
    }

    [Fact]
    public void The_length_of_the_sequence_is_replaced_by_another_one_alone()
    {
        var workload = Start("calls");
        Loader.Control("-s3", "-P", $"{workload.Pid}");
        workload.Go();
        Loader.Control("-r", "-P", $"{workload.Pid}");
        Assert.All(CallPortrait.Of(Loader, workload.Pid).Threads.Keys, tid => Assert.Equal(3, Length(tid)));
        Assert.Contains("the last 50 system calls", Loader.Control("-s50", "-P", $"{workload.Pid}"), StringComparison.Ordinal);
        Assert.Equal(50, Assert.Single(Loader.Status().GetProperty("policies").EnumerateArray()).GetProperty("syscall_sequence").GetInt32());
        Assert.Equal(50, Length(Proc.Threads(workload.Pid).Order().Last()));

        int Length(int tid) => CallPortrait.Of(Loader, workload.Pid).Sequence(tid).Count;
    }

    /// <summary>Of two CPUs that make room for the figures of one process at the same time the kernel refuses one.</summary>
    [Fact]
    public void Two_threads_that_make_the_first_calls_of_their_process_at_once_are_both_counted()
    {
        var firsts = Start("firsts", 53);
        Loader.Control("-rs1");
        firsts.Go();
        foreach (int pid in firsts.Pids)
        {
            var found = CallPortrait.Of(Loader, pid);
            Assert.Equal(2, found.CountOf("getppid"));
            Assert.True(found.IsComplete);
        }

        Assert.Equal(0, Loader.Scrape().Value("proc_image_losses_total", ("cause", "storage")));
    }

    [Fact]
    public void The_calls_of_a_process_outlive_an_exec_from_another_thread()
    {
        var process = Start("leaderexecs", 23);
        Loader.Control("-s1", "-P", $"{process.Pid}");
        process.Go();
        var found = CallPortrait.Of(Loader, process.Pid);
        // 53 sleeps of each leader, and of the thread that takes its place.
        Assert.Equal((23 * 2 * 53, 23), (found.CountOf("clock_nanosleep"), found.CountOf("execve")));
        process.End();
        Assert.Equal(1, CallPortrait.AwaitDeath(Loader, process.Pid).CountOf("exit_group"));
    }

    [Fact]
    public void Short_lives_that_no_reading_has_met_are_counted()
    {
        var shell = Own(new Shell("bash"));
        Loader.Control("-s1", "--follow", "-P", $"{shell.Pid}");
        shell.Say("for i in {1..53}; do /bin/true; done; exec true");
        shell.AwaitExit(TimeSpan.FromSeconds(20));
        var found = Eventually.Get(() => CallPortrait.All(Loader), all => all.Count >= 54 && all.All(life => life.IsDead));
        var lives = found.Select(life => life.InDetail(Loader)).ToList();
        Assert.Equal(54, lives.Count);
        Assert.All(lives, life => Assert.Equal(1, life.CountOf("exit_group")));
        Assert.Equal(54, lives.Sum(life => life.CountOf("execve")));
    }

    private void AssertSeries(int pid, CallPortrait found)
    {
        var scrape = Loader.Scrape().Of(pid);
        foreach (var (call, count) in found.Counts)
        {
            Assert.Equal(count, scrape.Value("proc_image_syscalls_total", ("syscall", call)));
            if (found.Number(call, "errors") is > 0 and var errors)
                Assert.Equal(errors, scrape.Value("proc_image_syscall_errors_total", ("syscall", call)));
            if (found.Number(call, "time_ns") is > 0 and var time)
                Assert.Equal(time, scrape.Nanoseconds("proc_image_syscall_seconds_total", ("syscall", call)));
        }

        Assert.Equal(found.Latency.GetProperty("count").GetInt64(), scrape.Value("proc_image_syscall_latency_seconds_count"));
        Assert.Equal(found.Latency.GetProperty("sum_ns").GetInt64(), scrape.Nanoseconds("proc_image_syscall_latency_seconds_sum"));
    }
}
