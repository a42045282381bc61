using ProcImage.Abi;

namespace ProcImage.Imaging;

/// <summary>Run-queue delay as it is shown: a histogram in ns that never steps back while its image is active.</summary>
public sealed class Delays
{
    private Histogram _stats;
    private ulong _since;

    public ref readonly Histogram Stats => ref _stats;

    /// <summary>CLOCK_BOOTTIME in ns of the activation that it counts from.</summary>
    public ulong Since => _since;

    /// <summary>Goes on from what an earlier loader has shown.</summary>
    public void Recall(in Shown shown)
    {
        _stats = shown.Schedule;
        _since = shown.ScheduleSince;
    }

    /// <summary>Takes over a newer reading; one of a later activation begins anew.</summary>
    /// <param name="stats">A thread that exited while it was read may be missing: the higher figure is the truer.</param>
    /// <param name="since">CLOCK_BOOTTIME in ns.</param>
    public void Advance(in Histogram stats, ulong since)
    {
        if (since != _since)
        {
            _stats = stats;
            _since = since;
            return;
        }

        var first = _stats.Count == 0;
        _stats.Sum = Math.Max(_stats.Sum, stats.Sum);
        _stats.Max = Math.Max(_stats.Max, stats.Max);
        if (stats.Count > 0)
            _stats.Min = first ? stats.Min : Math.Min(_stats.Min, stats.Min);
        for (var i = 0; i < Limits.HistogramBuckets; i++)
            _stats.Buckets[i] = Math.Max(_stats.Buckets[i], stats.Buckets[i]);
    }
}
