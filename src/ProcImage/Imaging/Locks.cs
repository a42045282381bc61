using ProcImage.Abi;

namespace ProcImage.Imaging;

/// <summary>Waits for locks as they are shown: figures by kind that never step back while their image is active.</summary>
public sealed class Locks
{
    private readonly LockTotals[] _kinds = new LockTotals[(int)LockKind.Kinds];

    /// <summary>CLOCK_BOOTTIME in ns of the activation that they count from.</summary>
    public ulong Since { get; private set; }

    /// <summary>Waits that slept and have ended.</summary>
    public ulong Count => Sum(kind => kind.Waits.Count);

    /// <summary>ns, of those.</summary>
    public ulong Time => Sum(kind => kind.Waits.Sum);

    public ref readonly LockTotals Of(LockKind kind) => ref _kinds[(int)kind];

    /// <summary>A later activation begins anew, also where nothing has waited yet.</summary>
    public void Begin(ulong since)
    {
        if (since == Since)
            return;
        Since = since;
        Array.Clear(_kinds);
    }

    /// <summary>Takes over a newer reading.</summary>
    /// <param name="record">Copied while it changed: the higher figure is the truer.</param>
    public void Advance(in LocksRecord record)
    {
        Begin(record.Since);
        for (var kind = 0; kind < _kinds.Length; kind++)
            Advance(ref _kinds[kind], record.Kinds[kind]);
    }

    private static void Advance(ref LockTotals shown, in LockTotals read)
    {
        var isFirst = shown.Waits.Count == 0;
        shown.Waits.Sum = Math.Max(shown.Waits.Sum, read.Waits.Sum);
        shown.Waits.Max = Math.Max(shown.Waits.Max, read.Waits.Max);
        if (read.Waits.Count > 0)
            shown.Waits.Min = isFirst ? read.Waits.Min : Math.Min(shown.Waits.Min, read.Waits.Min);
        for (var i = 0; i < Limits.HistogramBuckets; i++)
            shown.Waits.Buckets[i] = Math.Max(shown.Waits.Buckets[i], read.Waits.Buckets[i]);
        shown.AtOnce = Math.Max(shown.AtOnce, read.AtOnce);
        shown.Unplaced = Math.Max(shown.Unplaced, read.Unplaced);
    }

    private ulong Sum(Func<LockTotals, ulong> figure) => _kinds.Aggregate(0UL, (sum, kind) => sum + figure(kind));
}
