namespace ProcImage.Tests.Kernel;

/// <summary>A real server under a real load, against /proc.</summary>
public sealed class RedisTests(ITestOutputHelper log) : KernelTest(log)
{
    [Fact]
    public void Redis_under_its_benchmark_agrees_with_proc()
    {
        string benchmark = Requirements.Installed("redis-benchmark", "redis-tools");
        using var redis = new Redis();
        Loader.Control("-rS", "-P", $"{redis.Pid}");
        var before = Proc.ProcessSchedStat(redis.Pid);
        Ran.With(benchmark, "-p", $"{redis.Port}", "-n", "30011", "-q", "-t", "set,get").AssertDone();

        // It looks around ten times a second: compare where it has not moved while it was read.
        var (still, found) = Eventually.Get(() => ReadBetween(redis.Pid), reading => reading.Still is not null);
        Assert.NotNull(still);
        Assert.Equal((still.Schedule - before).Delay, found.Nanoseconds("proc_image_sched_delay_seconds_sum"));
        Assert.Equal(still.Schedule.RunTime,
            found.Nanoseconds("proc_image_process_cpu_seconds_total", ("mode", "user"))
            + found.Nanoseconds("proc_image_process_cpu_seconds_total", ("mode", "system")));
        Assert.Equal(still.ReadChars, found.Value("proc_image_process_read_chars_total"));
        Assert.Equal(still.WrittenChars, found.Value("proc_image_process_written_chars_total"));
        Assert.Equal(still.MinorFaults, found.Value("proc_image_process_page_faults_total", ("kind", "minor")));
        Assert.Equal(still.Resident, found.Value("proc_image_process_resident_memory_bytes"));
        Assert.Equal(still.Threads, found.Value("proc_image_process_threads"));
        Assert.InRange(
            found.Value("proc_image_sched_delay_seconds_count"), 1009, (still.Schedule - before).Count * 1.01m);
    }

    private (Reading? Still, Metrics Found) ReadBetween(int pid)
    {
        var before = Reading.Of(pid);
        var found = Loader.Scrape().Of(pid);
        return (Reading.Of(pid) == before ? before : null, found);
    }

    private sealed record Reading(
        SchedStat Schedule, long ReadChars, long WrittenChars, long MinorFaults, long Resident, long Threads)
    {
        public static Reading Of(int pid) => new(
            Proc.ProcessSchedStat(pid),
            Proc.Io(pid)["rchar"],
            Proc.Io(pid)["wchar"],
            Proc.Stat(pid).MinorFaults,
            Proc.StatmResident(pid),
            Proc.Threads(pid).Count);
    }
}
