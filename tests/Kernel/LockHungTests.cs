using System.Diagnostics;

namespace ProcImage.Tests.Kernel;

/// <summary>A process that stands still holds up nobody who asks for others, and its own figures stay there.</summary>
public sealed class LockHungTests(ITestOutputHelper log) : KernelTest(log, "-l")
{
    private const int Rounds = 5;
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(1);

    [Fact]
    public void A_stopped_process_delays_no_reading_and_keeps_its_figures_and_its_deadlock()
    {
        var stopped = Start("deadlocks", "abba");
        var exact = Start("exact");
        Loader.Control("-l", "-P", $"{stopped.Pid}");
        Loader.Control("-l", "-P", $"{exact.Pid}");
        stopped.Go();
        Eventually.True(() => LockedLife.Of(Loader, stopped.Pid).Deadlocks.Count == 1, "it is found");
        string before = Figures(stopped);
        Signals.Send(stopped.Pid, Signals.Stop);
        Eventually.True(() => Proc.Stat(stopped.Pid).State == 'T', "it has stopped");
        exact.Go();
        for (int round = 0; round < Rounds; round++)
        {
            Assert.Contains($"proc_image_lock_acquisitions_total{{tgid=\"{stopped.Pid}\"", Timed("a scrape", () => Loader.Get("/metrics")), StringComparison.Ordinal);
            Assert.Equal(before, Timed("its own figures", () => Figures(stopped)));
            Assert.Contains("\"name\":\"normal\",\"kind\":\"mutex\",\"acquisitions\":1067,", Timed("those of another", () => Figures(exact)), StringComparison.Ordinal);
            Thread.Sleep(_limit);
        }

        var found = Assert.Single(LockedLife.Of(Loader, stopped.Pid).Deadlocks);
        Assert.False(found.TryGetProperty("ended_ns", out _), "it is in it still");
        Signals.Send(stopped.Pid, Signals.Continue);
        Thread.Sleep(3 * _limit);
        found = Assert.Single(LockedLife.Of(Loader, stopped.Pid).Deadlocks);
        Assert.False(found.TryGetProperty("ended_ns", out _), "it goes on with it");
    }

    private string Figures(Workload process) => LockedLife.Of(Loader, process.Pid).Json.GetProperty("exact").GetRawText();

    private T Timed<T>(string what, Func<T> read)
    {
        var watch = Stopwatch.StartNew();
        var result = read();
        Log.WriteLine($"{what}: {watch.Elapsed.TotalMilliseconds:0} ms");
        Assert.True(watch.Elapsed < _limit, $"{what} has taken {watch.Elapsed.TotalSeconds:0.000} s");
        return result;
    }
}
