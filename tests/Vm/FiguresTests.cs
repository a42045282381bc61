namespace ProcImage.Tests.Vm;

/// <summary>Figures against /proc of the same kernel, and against what the workloads do, with the workload at rest.</summary>
public sealed class FiguresTests(Machines machines, ITestOutputHelper log) : VmTest(machines)
{
    [Theory]
    [MemberData(nameof(Kernels))]
    public async Task Run_queue_delay_is_that_of_schedstat_to_the_nanosecond(string kernel)
    {
        var report = await ReportOf(kernel);
        foreach (string workload in new[] { "hogs", "calls" })
            AssertDelay(report, workload);
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public async Task Cpu_time_is_the_run_time_of_schedstat_to_the_nanosecond(string kernel)
    {
        var report = await ReportOf(kernel);
        foreach (string workload in new[] { "hogs", "io", "calls" })
        {
            var found = report.Figures(workload, workload);
            Assert.Equal(
                report.SchedStat($"{workload}.schedstat").RunTime,
                found.Nanoseconds("proc_image_process_cpu_seconds_total", ("mode", "user"))
                    + found.Nanoseconds("proc_image_process_cpu_seconds_total", ("mode", "system")));
        }
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public async Task Characters_and_bytes_are_those_of_proc_io(string kernel)
    {
        var report = await ReportOf(kernel);
        var (found, expected) = (report.Figures("io", "io"), report.Table("io.io"));
        Assert.Equal(expected["rchar"], found.Value("proc_image_process_read_chars_total"));
        Assert.Equal(expected["wchar"], found.Value("proc_image_process_written_chars_total"));
        Assert.Equal(expected["read_bytes"], found.Value("proc_image_process_read_bytes_total"));
        Assert.Equal(expected["write_bytes"], found.Value("proc_image_process_written_bytes_total"));
        Assert.InRange(expected["wchar"], 1_000_003, long.MaxValue);
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public async Task Faults_and_switches_are_those_of_proc(string kernel)
    {
        var report = await ReportOf(kernel);
        foreach (string workload in new[] { "hogs", "io", "calls" })
        {
            var found = report.Figures(workload, workload);
            var stat = ProcStat.Parse(report.Text($"{workload}.stat"));
            Assert.Equal(stat.MinorFaults, found.Value("proc_image_process_page_faults_total", ("kind", "minor")));
            Assert.Equal(stat.MajorFaults, found.Value("proc_image_process_page_faults_total", ("kind", "major")));
            Assert.Equal(
                report.SumOfThreads(workload, "voluntary_ctxt_switches"),
                found.Value("proc_image_process_context_switches_total", ("kind", "voluntary")));
            Assert.Equal(
                report.SumOfThreads(workload, "nonvoluntary_ctxt_switches"),
                found.Value("proc_image_process_context_switches_total", ("kind", "involuntary")));
        }
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public async Task Memory_is_that_of_proc_status(string kernel)
    {
        var report = await ReportOf(kernel);
        foreach (string workload in new[] { "hogs", "io", "calls" })
        {
            var (found, expected) = (report.Figures(workload, workload), report.Table($"{workload}.status"));
            Assert.Equal(expected["VmRSS"] * 1024, found.Value("proc_image_process_resident_memory_bytes"));
            Assert.Equal(expected["VmSize"] * 1024, found.Value("proc_image_process_virtual_memory_bytes"));
            Assert.Equal(expected["Threads"], found.Value("proc_image_process_threads"));
        }
    }

    /// <summary>7 forks, 5 vforks, 13 threads and 3 execs; and the status that its parent sees.</summary>
    [Theory]
    [MemberData(nameof(Kernels))]
    public async Task A_life_has_its_forks_execs_threads_and_its_end(string kernel)
    {
        var report = await ReportOf(kernel);
        var found = report.Figures("life", "life");
        Assert.Equal(7 + 5, found.Value("proc_image_process_forks_total"));
        Assert.Equal(3, found.Value("proc_image_process_execs_total"));
        Assert.Equal(13, found.Value("proc_image_process_threads_started_total"));
        Assert.Equal(43, report.Number("life.ended"));
        Assert.Equal(43, report.Figures("dead", "life").Value("proc_image_process_exit_code"));
        Assert.Equal(3, report.Metrics("dead").Value("proc_image_exits_total", ("cause", "exit"))); // hogs, io and life
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public async Task System_calls_are_counted_to_the_last_one_with_their_errors(string kernel)
    {
        var report = await ReportOf(kernel);
        CallsMade.AssertCounted(report.Figures("calls", "calls"), turns: 1, report.RunsLost("calls"));
    }

    private void AssertDelay(Report report, string workload)
    {
        var found = report.Figures(workload, workload);
        var expected = report.SchedStat($"{workload}.schedstat") - report.SchedStat($"{workload}.before");
        long delay = found.Nanoseconds("proc_image_sched_delay_seconds_sum");
        decimal waits = found.Value("proc_image_sched_delay_seconds_count");
        log.WriteLine($"{workload}: {delay} ns in {waits} waits, /proc {expected.Delay} in {expected.Count}");
        if (report.LookupsLost(workload) == 0)
            Assert.Equal(expected.Delay, delay);
        else
            Assert.InRange(delay, expected.Delay * 0.95, expected.Delay);
        Assert.InRange(waits, expected.Count * 0.99m, expected.Count);
    }
}
