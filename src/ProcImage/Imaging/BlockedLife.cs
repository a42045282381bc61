using ProcImage.Abi;

namespace ProcImage.Imaging;

/// <summary>Where one life has blocked. Guarded by the books it is in: only a look changes it.</summary>
internal sealed class BlockedLife
{
    private readonly Dictionary<BlockedKey, BlockedPlace> _places = []; // which the kernel side has, too
    private readonly List<BlockedPlace> _kept = [];
    private uint _program; // the latest that has blocked

    /// <summary>Since when looks have met no portrait of it: ms of <see cref="Environment.TickCount64"/>.</summary>
    public long? UnknownSince { get; set; }

    public IEnumerable<BlockedPlace> Places => _kept.Concat(_places.Values);

    public IReadOnlyList<BlockedPlace> InKernel => [.. _places.Values];

    public int KeptCount => _kept.Count;

    public bool Knows(in BlockedKey key) => _places.ContainsKey(key);

    /// <param name="key">That is not known.</param>
    /// <param name="since">Unix time in ns.</param>
    /// <param name="exec">Likewise: the latest exec of its process, 0 where none is known.</param>
    public void Add(in BlockedKey key, ulong since, ulong exec)
    {
        var place = new BlockedPlace(key, since);
        place.Change(exec);
        if (key.Program > _program)
        {
            _program = key.Program; // the event of the exec may have been lost
            Change(since, earlier: key.Program);
        }
        else if (key.Program < _program)
        {
            place.Change(ulong.MaxValue);
        }

        _places.Add(key, place);
    }

    /// <summary>Its process has become another program.</summary>
    /// <param name="time">Unix time in ns.</param>
    public void Change(ulong time) => Change(time, uint.MaxValue);

    /// <summary>Before the key goes from the kernel side's map.</summary>
    public void Keep(BlockedPlace place, in BlockedStats stats)
    {
        place.Keep(stats);
        _places.Remove(place.Key);
        if (stats.Count > 0)
            _kept.Add(place);
    }

    public void Drop(BlockedPlace place) => _places.Remove(place.Key);

    /// <summary>Those of an earlier activation, or all.</summary>
    /// <param name="before">Unix time in ns.</param>
    /// <returns>How many.</returns>
    public int DropKept(ulong before = ulong.MaxValue) => _kept.RemoveAll(place => place.Since < before);

    private void Change(ulong time, uint earlier)
    {
        foreach (var place in Places)
            if (place.Key.Program < earlier)
                place.Change(time);
    }
}
