using ProcImage.Abi;

namespace ProcImage.Imaging;

/// <summary>The latest slices of a life, numbered from 1 on in the order in which they came. For one thread at a time.</summary>
/// <param name="most">So many are kept.</param>
public sealed class Timeline(int most)
{
    private const int MostReadings = 10;

    private int _readings; // that have not met it; -1 once one has
    private Slice[] _slices = new Slice[64];

    /// <summary>How many have come: the number of the latest.</summary>
    public ulong Count { get; private set; }

    /// <summary>How many were lost on their way.</summary>
    public ulong Missing { get; private set; }

    /// <summary>The number of the oldest that is kept.</summary>
    public ulong Oldest => Count > (ulong)most ? Count - (ulong)most + 1 : 1;

    /// <param name="record">Of this life.</param>
    /// <param name="start"><c>start_boottime</c> of the life.</param>
    public void Add(in SliceRecord record, ulong start)
    {
        var missing = record.Missing;
        Missing += missing;
        if (Count == (ulong)_slices.Length && _slices.Length < most)
            Array.Resize(ref _slices, Math.Min(2 * _slices.Length, most));
        _slices[Count++ % (ulong)_slices.Length] = new Slice(
            record.Begin - start, record.End - start, record.Ran, record.Wait, record.Tid, missing, record.Cpu, (SliceEnd)record.Why);
    }

    /// <summary>Whether nobody will ask for it any more: it was shown, and is no longer.</summary>
    public bool IsOver(bool isShown)
    {
        // The first slices of a life may come before any reading has met it.
        _readings = isShown ? -1 : _readings < 0 ? MostReadings : _readings + 1;
        return _readings >= MostReadings;
    }

    /// <summary>Copies those that came after a number, as far as they are kept and there is room for them.</summary>
    /// <param name="after">0 for all.</param>
    /// <param name="room">Filled from its beginning.</param>
    /// <returns>The number of the first one copied, and how many were.</returns>
    public (ulong First, int Length) CopyAfter(ulong after, Span<Slice> room)
    {
        var first = Math.Max(after + 1, Oldest);
        var length = 0;
        for (var number = first; number <= Count && length < room.Length; number++)
            room[length++] = _slices[(number - 1) % (ulong)_slices.Length];
        return (first, length);
    }
}
