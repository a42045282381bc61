namespace ProcImage.Tests.Kernel;

/// <summary>Threads that the kernel adds to a process are threads of that process.</summary>
public sealed class KernelThreadsOfAProcessTests(ITestOutputHelper log) : KernelTest(log)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_poller_of_an_io_uring_is_in_every_sum(bool isNamed)
    {
        var sqpoll = Start("sqpoll", 53);
        string[] target = isNamed ? ["-P", $"{sqpoll.Pid}"] : [];
        Loader.Control(["-rS", .. target]);
        var before = Proc.ProcessSchedStat(sqpoll.Pid);
        sqpoll.Go();
        var found = Loader.Scrape().Of(sqpoll.Pid);
        var after = Proc.ProcessSchedStat(sqpoll.Pid);
        int poller = Proc.Threads(sqpoll.Pid).Single(tid => tid != sqpoll.Pid);
        Assert.InRange(Proc.ThreadSchedStat(sqpoll.Pid, poller).RunTime, 1, long.MaxValue);
        Assert.Equal(2, found.Value("proc_image_process_threads"));
        Assert.Equal(
            after.RunTime,
            found.Nanoseconds("proc_image_process_cpu_seconds_total", ("mode", "user"))
            + found.Nanoseconds("proc_image_process_cpu_seconds_total", ("mode", "system")));
        Assert.Equal((after - before).Delay, found.Nanoseconds("proc_image_sched_delay_seconds_sum"));
        Assert.Equal((after - before).Count, found.Value("proc_image_sched_delay_seconds_count"));
    }
}
