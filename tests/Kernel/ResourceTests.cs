namespace ProcImage.Tests.Kernel;

/// <summary>Resources against /proc/PID, with the process at rest.</summary>
public sealed class ResourceTests(ITestOutputHelper log, SharedLoader shared)
    : KernelTest(log, shared), IClassFixture<SharedLoader>
{
    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    public void Characters_and_bytes_are_those_of_proc_io(int threads)
    {
        var (io, found) = Work(threads);
        var expected = Proc.Io(io.Pid);
        Assert.Equal(expected["rchar"], found.Value("proc_image_process_read_chars_total"));
        Assert.Equal(expected["wchar"], found.Value("proc_image_process_written_chars_total"));
        Assert.Equal(expected["read_bytes"], found.Value("proc_image_process_read_bytes_total"));
        Assert.Equal(expected["write_bytes"], found.Value("proc_image_process_written_bytes_total"));
    }

    [Fact]
    public void Characters_grow_by_what_the_workload_reads_and_writes()
    {
        var io = Start("io", 0);
        Loader.Control("-r", "-P", $"{io.Pid}");
        var before = Loader.Scrape().Of(io.Pid);
        io.Go();
        var after = Loader.Scrape().Of(io.Pid);
        Assert.Equal(1_000_003 + "done 1000003 700001 1009 211\n".Length,
            Growth(before, after, "proc_image_process_written_chars_total"));
        Assert.Equal(700_001 + "go\n".Length, Growth(before, after, "proc_image_process_read_chars_total"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    public void Faults_are_those_of_proc_stat(int threads)
    {
        var (io, found) = Work(threads);
        var expected = Proc.Stat(io.Pid);
        decimal minor = found.Value("proc_image_process_page_faults_total", ("kind", "minor"));
        Assert.Equal(expected.MinorFaults, minor);
        Assert.Equal(expected.MajorFaults, found.Value("proc_image_process_page_faults_total", ("kind", "major")));
        Assert.InRange(minor, Math.Max(threads, 1) * 1009, decimal.MaxValue);
    }

    [Fact]
    public void Switches_are_those_of_proc_status()
    {
        var (io, found) = Work(0);
        var expected = Proc.Status(io.Pid);
        decimal voluntary = found.Value("proc_image_process_context_switches_total", ("kind", "voluntary"));
        Assert.Equal(expected["voluntary_ctxt_switches"], voluntary);
        Assert.Equal(expected["nonvoluntary_ctxt_switches"],
            found.Value("proc_image_process_context_switches_total", ("kind", "involuntary")));
        Assert.InRange(voluntary, 211, decimal.MaxValue);
    }

    [Fact]
    public void Switches_of_several_threads_are_summed()
    {
        var hogs = Start("hogs", 5, -1, 503);
        Loader.Control("-r", "-P", $"{hogs.Pid}");
        hogs.Go();
        var found = Loader.Scrape().Of(hogs.Pid);
        var threads = Proc.Threads(hogs.Pid).Select(tid => Proc.ThreadStatus(hogs.Pid, tid)).ToArray();
        Assert.Equal(threads.Sum(thread => thread["voluntary_ctxt_switches"]),
            found.Value("proc_image_process_context_switches_total", ("kind", "voluntary")));
        Assert.Equal(threads.Sum(thread => thread["nonvoluntary_ctxt_switches"]),
            found.Value("proc_image_process_context_switches_total", ("kind", "involuntary")));
        Assert.Equal(6, found.Value("proc_image_process_threads"));
    }

    [Fact]
    public void Cpu_time_is_the_run_time_of_schedstat_to_the_nanosecond()
    {
        var hogs = Start("hogs", 5, -1, 503);
        Loader.Control("-r", "-P", $"{hogs.Pid}");
        hogs.Go();
        var found = Loader.Scrape().Of(hogs.Pid);
        Assert.Equal(Proc.ProcessSchedStat(hogs.Pid).RunTime, CpuNanoseconds(found));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    public void Cpu_time_is_that_of_the_process_clock_to_the_nanosecond(int threads)
    {
        var (io, found) = Work(threads);
        Assert.Equal(ProcessClock.Read(io.Pid), CpuNanoseconds(found));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    public void User_and_system_time_are_those_of_proc_stat_within_a_tick(int threads)
    {
        var (io, found) = Work(threads);
        var expected = Proc.Stat(io.Pid);
        AssertWithinATick(expected.UserTicks, found.Value("proc_image_process_cpu_seconds_total", ("mode", "user")));
        AssertWithinATick(
            expected.SystemTicks, found.Value("proc_image_process_cpu_seconds_total", ("mode", "system")));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    public void Memory_is_that_of_proc_status_and_statm(int threads)
    {
        // Forked by a small program: the peak of a whole life has that of the memory before the exec in it.
        var io = Own(Workload.StartWaitedFor("io", threads));
        Loader.Control("-r", "-P", $"{io.Pid}");
        io.Go();
        var found = Loader.Scrape().Of(io.Pid);
        var expected = Proc.Status(io.Pid);
        Assert.Equal(expected["VmRSS"] * 1024, found.Value("proc_image_process_resident_memory_bytes"));
        Assert.Equal(Proc.StatmResident(io.Pid), found.Value("proc_image_process_resident_memory_bytes"));
        Assert.Equal(expected["VmHWM"] * 1024, found.Value("proc_image_process_resident_memory_peak_bytes"));
        Assert.Equal(expected["VmSize"] * 1024, found.Value("proc_image_process_virtual_memory_bytes"));
        Assert.Equal(expected["Threads"], found.Value("proc_image_process_threads"));
    }

    [Fact]
    public void Resources_are_of_the_whole_life_whenever_activated()
    {
        var io = Start("io", 0);
        io.Go();
        Loader.Control("-r", "-P", $"{io.Pid}");
        Assert.InRange(
            Loader.Scrape().Of(io.Pid).Value("proc_image_process_written_chars_total"), 1_000_003, decimal.MaxValue);
    }

    private (Workload Io, Metrics Found) Work(int threads)
    {
        var io = Start("io", threads);
        Loader.Control("-r", "-P", $"{io.Pid}");
        io.Go();
        return (io, Loader.Scrape().Of(io.Pid));
    }

    private static long CpuNanoseconds(Metrics found) =>
        found.Nanoseconds("proc_image_process_cpu_seconds_total", ("mode", "user"))
        + found.Nanoseconds("proc_image_process_cpu_seconds_total", ("mode", "system"));

    private static decimal Growth(Metrics before, Metrics after, string name) =>
        after.Value(name) - before.Value(name);

    private static void AssertWithinATick(long ticks, decimal seconds) =>
        Assert.InRange(seconds * ProcStat.TicksPerSecond, ticks - 1, ticks + 1);
}
