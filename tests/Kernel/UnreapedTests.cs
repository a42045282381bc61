namespace ProcImage.Tests.Kernel;

/// <summary>A dead target is owed its final record until somebody reaps it, whatever is activated meanwhile.</summary>
public sealed class UnreapedTests(ITestOutputHelper log) : KernelTest(log)
{
    private const int Continue = 18;

    [Fact]
    public void Activation_of_another_target_costs_the_dead_one_nothing()
    {
        var (dead, other) = (Own(Workload.StartWaitedFor("naps", 1009)), Start("naps", 11));
        Loader.Control("-rS", "-P", $"{dead.Pid}");
        dead.Go();
        dead.StopWaiting();
        Signals.Send(dead.Pid, Signals.Kill);
        Eventually.True(() => Proc.Stat(dead.Pid).State == 'Z', "the process is dead");
        long cpu = ProcessClock.Read(dead.Pid);
        decimal exits = Exits();
        Loader.Control("-r", "-P", $"{other.Pid}");
        Assert.Equal(exits, Exits());
        Signals.Send((int)Proc.Status(dead.Pid)["PPid"], Continue);
        Assert.Equal(Signals.Kill, WaitReport.Parse(dead.ReadLine()).Signal);
        Assert.Equal(exits + 1, Eventually.Get(Exits, now => now > exits));
        var found = Loader.Scrape().Of(dead.Pid);
        Assert.Equal(0, found.Value("proc_image_process_exit_code"));
        Assert.Equal(Signals.Kill, found.Value("proc_image_process_exit_signal"));
        Assert.Equal(1, found.Value("proc_image_process_complete"));
        Assert.Equal(
            cpu,
            found.Nanoseconds("proc_image_process_cpu_seconds_total", ("mode", "user"))
            + found.Nanoseconds("proc_image_process_cpu_seconds_total", ("mode", "system")));
    }

    private decimal Exits() => Loader.Scrape().Named("proc_image_exits_total").All.Sum(series => series.Value);
}
