using ProcImage.Abi;

namespace ProcImage.Imaging;

/// <summary>Waits for locks as they are shown: figures by kind that never step back while their image is active.</summary>
public sealed class Locks
{
    private static readonly LockTotals[] _noKinds = new LockTotals[Limits.WaitKinds];
    private static readonly UseFigures[] _noUses = new UseFigures[Limits.UseKinds];

    // Some KB, which a life has only when there is something in them: there may be thousands.
    private LockTotals[] _kinds = _noKinds;
    private UseFigures[] _uses = _noUses;

    /// <summary>Anything was seen by probes.</summary>
    private bool HasUses => Array.Exists(_uses, figures => figures.Acquisitions + figures.Failures > 0);

    /// <summary>CLOCK_BOOTTIME in ns of the activation that they count from.</summary>
    public ulong Since { get; private set; }

    /// <summary>Probes are in it now.</summary>
    public bool IsProbed { get; set; }

    /// <summary>Its locks are imaged by probes, or were.</summary>
    public bool IsExact => IsProbed || HasUses;

    /// <summary>The latest that was found, as far as it is known; null where none was.</summary>
    public Deadlocked? Deadlock { get; set; }

    /// <summary>Waits that slept and have ended.</summary>
    public ulong Count => Sum(kind => kind.Waits.Count);

    /// <summary>ns, of those.</summary>
    public ulong Time => Sum(kind => kind.Waits.Sum);

    /// <summary>Locks taken.</summary>
    public ulong Acquisitions => SumOfUses(figures => figures.Acquisitions);

    /// <summary>Of them, those that another thread had, or that had to be waited for.</summary>
    public ulong Contended => SumOfUses(figures => figures.Contended);

    public ref readonly LockTotals Of(LockKind kind) => ref _kinds[(int)kind];

    /// <summary>By probes; none where the life is not probed.</summary>
    /// <param name="kind">All but the first.</param>
    public ref readonly UseFigures UsesOf(LockKind kind) => ref _uses[kind - LockKind.Mutex];

    /// <summary>A later activation begins anew, also where nothing has waited yet.</summary>
    public void Begin(ulong since)
    {
        if (since == Since)
            return;
        Since = since;
        (_kinds, _uses) = (_noKinds, _noUses);
    }

    /// <summary>Takes over a newer reading.</summary>
    /// <param name="record">Copied while it changed: the higher figure is the truer.</param>
    public void Advance(in LocksRecord record)
    {
        Begin(record.Since);
        if (_kinds == _noKinds)
            _kinds = new LockTotals[Limits.WaitKinds];
        for (var kind = 0; kind < _kinds.Length; kind++)
            Advance(ref _kinds[kind], record.Kinds[kind]);
    }

    /// <inheritdoc cref="Advance(in LocksRecord)"/>
    public void Advance(in UsesRecord record)
    {
        Begin(record.Since);
        if (_uses == _noUses)
            _uses = new UseFigures[Limits.UseKinds];
        for (var kind = 0; kind < _uses.Length; kind++)
            Advance(ref _uses[kind], record.Kinds[kind]);
    }

    private static void Advance(ref UseFigures shown, in UseFigures read)
    {
        shown.Acquisitions = Math.Max(shown.Acquisitions, read.Acquisitions);
        shown.Contended = Math.Max(shown.Contended, read.Contended);
        shown.Failures = Math.Max(shown.Failures, read.Failures);
        Advance(ref shown.Acquires, read.Acquires);
        Advance(ref shown.Holds, read.Holds);
    }

    private static void Advance(ref LockTotals shown, in LockTotals read)
    {
        Advance(ref shown.Waits, read.Waits);
        shown.AtOnce = Math.Max(shown.AtOnce, read.AtOnce);
    }

    private static void Advance(ref Histogram shown, in Histogram read)
    {
        var isFirst = shown.Count == 0;
        shown.Sum = Math.Max(shown.Sum, read.Sum);
        shown.Max = Math.Max(shown.Max, read.Max);
        if (read.Count > 0)
            shown.Min = isFirst ? read.Min : Math.Min(shown.Min, read.Min);
        for (var i = 0; i < Limits.HistogramBuckets; i++)
            shown.Buckets[i] = Math.Max(shown.Buckets[i], read.Buckets[i]);
    }

    private ulong Sum(Func<LockTotals, ulong> figure) => _kinds.Aggregate(0UL, (sum, kind) => sum + figure(kind));

    private ulong SumOfUses(Func<UseFigures, ulong> figure) => _uses.Aggregate(0UL, (sum, kind) => sum + figure(kind));
}
