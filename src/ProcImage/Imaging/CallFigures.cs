namespace ProcImage.Imaging;

/// <summary>What a life has made of one system call since activation. No figure steps back.</summary>
public sealed class CallFigures(CallId id)
{
    private readonly SortedDictionary<int, ulong> _errnos = [];

    public CallId Id { get; } = id;

    /// <summary>Calls that have ended, or whose thread has ended within them.</summary>
    public ulong Count { get; private set; }

    /// <summary>Of them, that have failed.</summary>
    public ulong Errors { get; private set; }

    /// <summary>ns, of those whose beginning was seen.</summary>
    public ulong Time { get; private set; }

    /// <summary>ns of the longest.</summary>
    public ulong Max { get; private set; }

    /// <summary>How often it has failed, by errno; of very many different ones some are missing.</summary>
    public IReadOnlyDictionary<int, ulong> Errnos => _errnos;

    /// <summary>The commonest error; null where there is none.</summary>
    public int? CommonestErrno => _errnos.Count == 0 ? null : _errnos.MaxBy(errno => errno.Value).Key;

    public void Advance(ulong count, ulong errors, ulong time, ulong max)
    {
        Count = Math.Max(Count, count);
        Errors = Math.Max(Errors, errors);
        Time = Math.Max(Time, time);
        Max = Math.Max(Max, max);
    }

    public void AdvanceErrno(int errno, ulong count) => _errnos[errno] = Math.Max(_errnos.GetValueOrDefault(errno), count);
}
