namespace ProcImage.Tests.Kernel;

/// <summary>A process lives as long as one of its threads, and the leader need not be among them.</summary>
public sealed class LeaderlessTests(ITestOutputHelper log) : KernelTest(log)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_process_whose_leader_has_ended_has_the_figures_of_those_who_live(bool isNamed)
    {
        var process = Start("leaderless");
        Activate(process.Pid, isNamed);
        var before = Proc.ProcessSchedStat(process.Pid);
        process.Go();
        var found = Loader.Scrape().Of(process.Pid);
        var expected = Proc.ProcessSchedStat(process.Pid) - before;
        int living = Proc.Threads(process.Pid).Single(tid => tid != process.Pid);
        Assert.Equal(expected.Delay, found.Nanoseconds("proc_image_sched_delay_seconds_sum"));
        Assert.Equal(expected.Count, found.Value("proc_image_sched_delay_seconds_count"));
        Assert.Equal(
            ProcessClock.Read(process.Pid),
            found.Nanoseconds("proc_image_process_cpu_seconds_total", ("mode", "user"))
            + found.Nanoseconds("proc_image_process_cpu_seconds_total", ("mode", "system")));
        Assert.Equal(
            Proc.Stat(process.Pid).MinorFaults,
            found.Value("proc_image_process_page_faults_total", ("kind", "minor")));
        Assert.Equal(
            Proc.ThreadStatus(process.Pid, living)["VmRSS"] * 1024,
            found.Value("proc_image_process_resident_memory_bytes"));
        Assert.False(found.Has("proc_image_process_exit_time_seconds"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Its_end_is_that_of_its_last_thread(bool isNamed)
    {
        var process = Start("leaderless");
        Activate(process.Pid, isNamed);
        process.Go();
        process.End();
        var found = Eventually.Get(
            () => Loader.Scrape().Of(process.Pid), metrics => metrics.Has("proc_image_process_exit_time_seconds"));
        Assert.Equal(0, found.Value("proc_image_process_exit_code"));
        Assert.Equal(0, found.Value("proc_image_process_exit_signal"));
        Assert.InRange(
            found.Value("proc_image_process_page_faults_total", ("kind", "minor")), 1009, decimal.MaxValue);
    }

    private void Activate(int pid, bool isNamed)
    {
        string[] target = isNamed ? ["-P", $"{pid}"] : [];
        Loader.Control(["-rS", .. target]);
    }
}
