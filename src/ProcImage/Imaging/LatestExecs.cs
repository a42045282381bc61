namespace ProcImage.Imaging;

/// <summary>
/// When processes have become other programs. It is told by the thread that empties the ring buffer, which must not wait:
/// so it has a lock of its own, never held for long.
/// </summary>
/// <param name="most">So many are kept.</param>
internal sealed class LatestExecs(int most = LatestExecs.UsualMost)
{
    public const int UsualMost = 65_536;

    private readonly Lock _lock = new();
    private readonly Dictionary<int, ulong> _latest = [];
    private readonly Queue<(int Tgid, ulong Time)> _all = new();
    private int _fresh; // of them

    /// <param name="tgid">The process.</param>
    /// <param name="time">Unix time in ns.</param>
    public void Add(int tgid, ulong time)
    {
        lock (_lock)
        {
            _latest[tgid] = time;
            _all.Enqueue((tgid, time));
            _fresh = Math.Min(_fresh + 1, most);
            if (_all.Count <= most)
                return;
            var oldest = _all.Dequeue();
            if (_latest.GetValueOrDefault(oldest.Tgid) == oldest.Time)
                _latest.Remove(oldest.Tgid);
        }
    }

    /// <summary>Those that have come since the last time, in the order in which they came.</summary>
    public IReadOnlyList<(int Tgid, ulong Time)> TakeFresh()
    {
        lock (_lock)
        {
            var fresh = _all.Skip(_all.Count - _fresh).ToList();
            _fresh = 0;
            return fresh;
        }
    }

    /// <summary>Unix time in ns; 0 where none is known.</summary>
    public ulong Of(int tgid)
    {
        lock (_lock)
            return _latest.GetValueOrDefault(tgid);
    }
}
