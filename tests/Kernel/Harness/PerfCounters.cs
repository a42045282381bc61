using System.Globalization;

namespace ProcImage.Tests.Kernel.Harness;

/// <summary>The kernel's own counters of tracepoints, for every thread that a process has or will start, by 'perf stat'.</summary>
public sealed class PerfCounters : IDisposable
{
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(20);
    private readonly Child _perf;

    /// <summary>They count when this returns.</summary>
    public PerfCounters(int pid, params string[] events)
    {
        // -D: only with a delay it says when they count.
        _perf = new Child(
            Requirements.Installed("perf", "linux-perf"), "stat", "-x,", "-D", "1", "-e", string.Join(',', events), "-p", $"{pid}");
        AwaitText("Events enabled");
    }

    /// <summary>Ends when the process does, or now.</summary>
    public void Stop()
    {
        if (!_perf.HasExited)
            _perf.Signal(Signals.Interrupt);
        _perf.AwaitExit(_limit);
    }

    /// <summary>Of one that has been stopped.</summary>
    public long Read(string name)
    {
        AwaitText(name + ",");
        return long.Parse(
            _perf.Errors.Split('\n').Single(line => line.Contains(name + ",", StringComparison.Ordinal)).Split(',')[0],
            CultureInfo.InvariantCulture);
    }

    public void Dispose() => _perf.Dispose();

    private void AwaitText(string text) =>
        Eventually.True(() => _perf.Errors.Contains(text, StringComparison.Ordinal), () => $"perf: '{text}' in {_perf.Errors}");
}
