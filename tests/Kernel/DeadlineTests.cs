using System.Text.Json;

namespace ProcImage.Tests.Kernel;

/// <summary>Deadlines are the kernel's: they need neither controller nor loader.</summary>
public sealed class DeadlineTests(ITestOutputHelper log) : KernelTest(log, "-a", "--linger", "5")
{
    private const string Cpu = "proc_image_process_cpu_seconds_total";
    private const long Forever = 100_000_000;

    [Fact]
    public void Counting_stops_after_two_seconds()
    {
        var (pingpong, sampler) = StartClock();
        ActivateForTwoSeconds(pingpong);
        Thread.Sleep(TimeSpan.FromSeconds(2.5));
        AssertTwoSeconds(
            sampler, Loader.Scrape().Of(pingpong.Pid).Nanoseconds("proc_image_sched_delay_seconds_sum"));
    }

    [Fact]
    public void Counting_stops_after_two_seconds_also_when_the_loader_is_killed()
    {
        var (pingpong, sampler) = StartClock();
        ActivateForTwoSeconds(pingpong);
        Loader.Signal(Signals.Kill);
        Thread.Sleep(TimeSpan.FromSeconds(2.5));
        AssertTwoSeconds(sampler, counted: null);
        Loader.Control("-f");
        Loader.AssertNothingPinned();
    }

    [Fact]
    public void Resource_series_end_with_the_policy()
    {
        var naps = Start("naps", 101);
        Loader.Control("-r", "-t1", "-P", $"{naps.Pid}");
        string last = Loader.Scrape().Of(naps.Pid).One(Cpu, ("mode", "system")).Text;
        Thread.Sleep(TimeSpan.FromSeconds(1.1));
        naps.Go();
        Assert.All(
            Loader.Scrape().Of(naps.Pid).With("mode", "system").All, frozen => Assert.Equal(last, frozen.Text));
        Eventually.True(() => !Loader.Scrape().Of(naps.Pid).Has(Cpu), "the resource series are gone");
    }

    [Fact]
    public void A_deadline_can_be_moved()
    {
        var naps = Start("naps", 101);
        Loader.Control("-r", "-t1", "-P", $"{naps.Pid}");
        Loader.Control("-r", "-t600", "-P", $"{naps.Pid}");
        Thread.Sleep(TimeSpan.FromSeconds(3));
        Assert.InRange(ExpiresIn(), 500, 600);
        Loader.Control("-r", "-t0", "-P", $"{naps.Pid}");
        Assert.Equal(JsonValueKind.Null, Policy().GetProperty("expires_in_seconds").ValueKind);
        Assert.True(Loader.Scrape().Of(naps.Pid).Has(Cpu));
    }

    private (Workload PingPong, Workload Sampler) StartClock()
    {
        var pingpong = Start("pingpong", Forever, 0);
        var sampler = Start("sampler", pingpong.Pid, Loader.TextIterator, Environment.ProcessorCount - 1);
        pingpong.Pids.ToList().ForEach(Priority.Raise);
        pingpong.Begin();
        sampler.Begin();
        return (pingpong, sampler);
    }

    // The ping-pong and the sampler leave little of two CPUs to others.
    private void ActivateForTwoSeconds(Workload pingpong) =>
        Ran.With(
            "nice", "-n", "-20",
            Requirements.Built("controller"), "-S", "-t2", "-P", $"{pingpong.Pid}", "--bpffs", Loader.Directory)
            .AssertDone();

    private void AssertTwoSeconds(Workload sampler, long? counted)
    {
        var window = CountingWindow.Read(sampler, counted);
        Log.WriteLine($"counted for {window.Shortest} to {window.Longest} s: {window.Counted} ns of delay");
        Assert.InRange(window.Longest, 2.00m, decimal.MaxValue);
        Assert.InRange(window.Shortest, 0, 2.01m);
        Assert.InRange(window.Longest - window.Shortest, 0, 0.005m);
    }

    private JsonElement Policy() => Loader.Status().GetProperty("policies")[0];

    private double ExpiresIn() => Policy().GetProperty("expires_in_seconds").GetDouble();
}
