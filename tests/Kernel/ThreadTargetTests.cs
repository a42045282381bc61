namespace ProcImage.Tests.Kernel;

/// <summary>-p images one thread, under names of its own.</summary>
public sealed class ThreadTargetTests(ITestOutputHelper log) : KernelTest(log)
{
    [Fact]
    public void One_thread_is_imaged_as_a_thread()
    {
        var hogs = Start("hogs", 3, 0, 503);
        int tid = Proc.Threads(hogs.Pid).Order().Last();
        string answer = Loader.Control("-rS", "-p", $"{tid}");
        Assert.Contains(
            $"imaging thread {tid} (hogs), 1 of 4 threads of process {hogs.Pid}; -P {hogs.Pid} images all of them",
            answer, StringComparison.Ordinal);
        var before = Proc.ThreadSchedStat(hogs.Pid, tid);
        hogs.Go();
        var after = Proc.ThreadSchedStat(hogs.Pid, tid);
        var found = Loader.Scrape();
        Assert.All(found.Of(hogs.Pid).All, series => Assert.True(series.Has("tid", $"{tid}"), series.Key));
        var thread = found.OfThread(tid);
        Assert.Equal((after - before).Delay, thread.Nanoseconds("proc_image_thread_sched_delay_seconds_sum"));
        Assert.Equal((after - before).Count, thread.Value("proc_image_thread_sched_delay_seconds_count"));
        Assert.Equal(
            after.RunTime,
            thread.Nanoseconds("proc_image_thread_cpu_seconds_total", ("mode", "user"))
            + thread.Nanoseconds("proc_image_thread_cpu_seconds_total", ("mode", "system")));
        Assert.Equal(
            Proc.ThreadStatus(hogs.Pid, tid)["voluntary_ctxt_switches"],
            thread.Value("proc_image_thread_context_switches_total", ("kind", "voluntary")));
    }

    [Fact]
    public void A_thread_and_its_process_are_imaged_side_by_side()
    {
        var hogs = Start("hogs", 3, 0, 503);
        int tid = Proc.Threads(hogs.Pid).Order().Last();
        Loader.Control("-S", "-P", $"{hogs.Pid}");
        Loader.Control("-S", "-p", $"{tid}");
        var before = (Proc.ProcessSchedStat(hogs.Pid), Proc.ThreadSchedStat(hogs.Pid, tid));
        hogs.Go();
        var found = Loader.Scrape().Of(hogs.Pid);
        Assert.Equal(
            (Proc.ProcessSchedStat(hogs.Pid) - before.Item1).Delay,
            found.Nanoseconds("proc_image_sched_delay_seconds_sum"));
        Assert.Equal(
            (Proc.ThreadSchedStat(hogs.Pid, tid) - before.Item2).Delay,
            found.Nanoseconds("proc_image_thread_sched_delay_seconds_sum"));
    }
}
