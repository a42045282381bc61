using ProcImage.Abi;

namespace ProcImage.Imaging;

/// <summary>System calls as they are shown: figures by call that never step back while their image is active.</summary>
public sealed class Calls
{
    private static readonly Comparer<CallId> _order =
        Comparer<CallId>.Create((a, b) => (a.Kind, a.Number).CompareTo((b.Kind, b.Number)));

    private readonly SortedDictionary<CallId, CallFigures> _byCall = new(_order);
    private readonly List<CallInside> _atDeath = [];
    private Histogram _latency;

    /// <summary>CLOCK_BOOTTIME in ns of the activation that they count from.</summary>
    public ulong Since { get; private set; }

    /// <summary>By kind and number; with those that had no room of their own as the last.</summary>
    public IReadOnlyCollection<CallFigures> ByCall => _byCall.Values;

    /// <summary>ns, of all calls whose beginning was seen.</summary>
    public ref readonly Histogram Latency => ref _latency;

    /// <summary>Failures whose errno is not kept: there were too many different ones.</summary>
    public ulong OtherErrors { get; private set; }

    /// <summary>Those that threads were in when their process died, its first thread first.</summary>
    public IReadOnlyList<CallInside> AtDeath => _atDeath;

    public ulong Count => Sum(call => call.Count);

    public ulong Errors => Sum(call => call.Errors);

    /// <summary>The most frequent first.</summary>
    public IEnumerable<CallFigures> MostFrequent => _byCall.Values.OrderByDescending(call => call.Count);

    /// <summary>Those with the most time first.</summary>
    public IEnumerable<CallFigures> Costliest => _byCall.Values.Where(call => call.Time > 0).OrderByDescending(call => call.Time);

    /// <summary>A later activation begins anew, also where nothing has been called yet.</summary>
    public void Begin(ulong since)
    {
        if (since == Since)
            return;
        Since = since;
        _byCall.Clear();
        _atDeath.Clear();
        _latency = default;
        OtherErrors = 0;
    }

    /// <summary>Takes over a newer reading.</summary>
    /// <param name="record">Between two owners of a process something is missing: the higher figure is the truer.</param>
    public void Advance(in CallsRecord record)
    {
        Begin(record.Since);
        foreach (var group in Rows(record).GroupBy(row => new CallId(row.Kind, row.Kind == CallKind.Other ? 0 : row.Number)))
            Of(group.Key).Advance(
                Total(group, row => row.Count), Total(group, row => row.Errors), Total(group, row => row.Time), group.Max(row => row.Max));
        foreach (var error in record.Errors)
            if (error.Kind != 0 && _byCall.TryGetValue(new CallId((CallKind)error.Kind, error.Number), out var call))
                call.AdvanceErrno(error.Error, error.Count);
        OtherErrors = Math.Max(OtherErrors, record.OtherErrors);
        AdvanceLatency(record);
        _atDeath.Clear();
        foreach (var last in record.AtDeath)
            if (last.Tid != 0)
                _atDeath.Add(new CallInside(last.Tid, new CallId(last.Kind, last.Number), last.Time == Limits.CallTimeUnknown ? null : last.Time));
    }

    private static CallRow[] Rows(in CallsRecord record)
    {
        ReadOnlySpan<CallRow> rows = record.Rows;
        var used = (int)Math.Min(record.RowsUsed + 1UL, Limits.CallRows);
        return rows[..used].ToArray().Where(row => row.Kind != CallKind.None && row.Count > 0).ToArray();
    }

    private static ulong Total(IEnumerable<CallRow> rows, Func<CallRow, ulong> figure) =>
        rows.Aggregate(0UL, (sum, row) => sum + figure(row));

    /// <summary>The kernel side keeps neither sum nor maximum of all calls: they follow from those of each.</summary>
    private void AdvanceLatency(in CallsRecord record)
    {
        for (var i = 0; i < Limits.HistogramBuckets; i++)
            _latency.Buckets[i] = Math.Max(_latency.Buckets[i], record.Buckets[i]);
        if (record.Min != 0)
            _latency.Min = _latency.Min == 0 ? record.Min : Math.Min(_latency.Min, record.Min);
        _latency.Sum = Sum(call => call.Time);
        _latency.Max = _byCall.Count == 0 ? 0 : _byCall.Values.Max(call => call.Max);
    }

    private ulong Sum(Func<CallFigures, ulong> figure) => _byCall.Values.Aggregate(0UL, (sum, call) => sum + figure(call));

    private CallFigures Of(CallId id)
    {
        if (!_byCall.TryGetValue(id, out var call))
            _byCall.Add(id, call = new CallFigures(id));
        return call;
    }
}
