using ProcImage.Abi;

namespace ProcImage.Imaging;

/// <summary>What a life has made of one system call since activation. No figure steps back.</summary>
public sealed class CallFigures(CallId id)
{
    private static readonly SortedDictionary<int, ulong> _none = [];
    private SortedDictionary<int, ulong>? _errnos; // most calls never fail
    private CallRow _read;

    public CallId Id { get; } = id;

    /// <summary>Calls that have ended, or whose thread has ended within them.</summary>
    public ulong Count { get; private set; }

    /// <summary>Of them, whose beginning was seen since activation, and that have returned.</summary>
    public ulong Timed { get; private set; }

    /// <summary>Of all, that have failed.</summary>
    public ulong Errors { get; private set; }

    /// <summary>ns, of those that are timed.</summary>
    public ulong Time { get; private set; }

    /// <summary>ns of the longest.</summary>
    public ulong Max { get; private set; }

    /// <summary>How often it has failed, by errno; of very many different ones some are missing.</summary>
    public IReadOnlyDictionary<int, ulong> Errnos => _errnos ?? _none;

    /// <summary>A row of a reading, which may have two of a call.</summary>
    public void Add(in CallRow row)
    {
        _read.Count += row.Count;
        _read.Untimed += row.Untimed;
        _read.Errors += row.Errors;
        _read.Time += row.Time;
        _read.Max = Math.Max(_read.Max, row.Max);
    }

    /// <summary>The reading is complete.</summary>
    public void Advance()
    {
        Count = Math.Max(Count, _read.Count);
        Timed = Math.Max(Timed, _read.Count - Math.Min(_read.Count, _read.Untimed));
        Errors = Math.Max(Errors, _read.Errors);
        Time = Math.Max(Time, _read.Time);
        Max = Math.Max(Max, _read.Max);
        _read = default;
    }

    public void AdvanceErrno(int errno, ulong count)
    {
        _errnos ??= [];
        _errnos[errno] = Math.Max(_errnos.GetValueOrDefault(errno), count);
    }
}
