using ProcImage.Abi;

namespace ProcImage.Imaging;

/// <summary>System calls as they are shown: figures by call that never step back while their image is active.</summary>
public sealed class Calls
{
    private readonly List<CallFigures> _byCall = []; // in the order of kind and number
    private readonly List<CallInside> _atDeath = [];
    private Histogram _latency;

    /// <summary>CLOCK_BOOTTIME in ns of the activation that they count from.</summary>
    public ulong Since { get; private set; }

    /// <summary>By kind and number; with those that had no room of their own as the last.</summary>
    public IReadOnlyList<CallFigures> ByCall => _byCall;

    /// <summary>ns, of all calls whose beginning was seen.</summary>
    public ref readonly Histogram Latency => ref _latency;

    /// <summary>Failures whose errno is not kept: there were too many different ones.</summary>
    public ulong OtherErrors { get; private set; }

    /// <summary>Those that threads were in when their process died, its first thread first.</summary>
    public IReadOnlyList<CallInside> AtDeath => _atDeath;

    public ulong Count => Sum(call => call.Count);

    public ulong Errors => Sum(call => call.Errors);

    /// <summary>The most frequent first.</summary>
    public IEnumerable<CallFigures> MostFrequent => _byCall.OrderByDescending(call => call.Count);

    /// <summary>Those with the most time first.</summary>
    public IEnumerable<CallFigures> Costliest => _byCall.Where(call => call.Time > 0).OrderByDescending(call => call.Time);

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

    /// <summary>Takes over a newer reading. Without garbage: there may be thousands of processes in one.</summary>
    /// <param name="record">Between two owners of a process something is missing: the higher figure is the truer.</param>
    public void Advance(in CallsRecord record)
    {
        Begin(record.Since);
        ReadOnlySpan<CallRow> rows = record.Rows;
        foreach (ref readonly var row in rows[..(int)Math.Min(record.RowsUsed + 1UL, Limits.CallRows)])
            if (row.Kind != CallKind.None && row.Count > 0)
                GetOrAdd(IdOf(row.Kind, row.Number)).Add(row);
        foreach (var call in _byCall)
            call.Advance();
        foreach (ref readonly var error in (ReadOnlySpan<CallError>)record.Errors)
            if (error.Kind != 0 && Find(IdOf((CallKind)error.Kind, error.Number)) is >= 0 and var at)
                _byCall[at].AdvanceErrno(error.Error, error.Count);
        OtherErrors = Math.Max(OtherErrors, record.OtherErrors);
        AdvanceLatency(record);
        _atDeath.Clear();
        foreach (ref readonly var last in (ReadOnlySpan<CallAtDeath>)record.AtDeath)
            if (last.Tid != 0)
                _atDeath.Add(new CallInside(
                    last.Tid, new CallId(last.Kind, last.Number), last.Time == Limits.CallTimeUnknown ? null : last.Time));
    }

    private static CallId IdOf(CallKind kind, int number) => new(kind, kind == CallKind.Other ? 0 : number);

    /// <summary>The kernel side keeps neither sum nor maximum of all calls: they follow from those of each.</summary>
    private void AdvanceLatency(in CallsRecord record)
    {
        for (var i = 0; i < Limits.HistogramBuckets; i++)
            _latency.Buckets[i] = Math.Max(_latency.Buckets[i], record.Buckets[i]);
        if (record.Min != 0)
            _latency.Min = _latency.Min == 0 ? record.Min : Math.Min(_latency.Min, record.Min);
        _latency.Sum = Sum(call => call.Time);
        foreach (var call in _byCall)
            _latency.Max = Math.Max(_latency.Max, call.Max);
    }

    private ulong Sum(Func<CallFigures, ulong> figure)
    {
        ulong sum = 0;
        foreach (var call in _byCall)
            sum += figure(call);
        return sum;
    }

    private CallFigures GetOrAdd(CallId id)
    {
        var at = Find(id);
        if (at < 0)
            _byCall.Insert(at = ~at, new CallFigures(id));
        return _byCall[at];
    }

    /// <summary>Its place; else the complement of the one where it belongs.</summary>
    private int Find(CallId id)
    {
        var (low, high) = (0, _byCall.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if ((_byCall[middle].Id.Kind, _byCall[middle].Id.Number).CompareTo((id.Kind, id.Number)) < 0)
                low = middle + 1;
            else
                high = middle;
        }

        return low < _byCall.Count && _byCall[low].Id == id ? low : ~low;
    }
}
