using ProcImage.Abi;

namespace ProcImage.Imaging;

/// <summary>
/// The latest slices of a life. They are numbered from 1 on in the order in which they came, those that were lost counted
/// with them: what is missing and what has fallen off is seen by the numbers. For one thread at a time.
/// </summary>
/// <param name="start"><c>start_boottime</c> of the life in ns.</param>
/// <param name="since">CLOCK_BOOTTIME in ns at which its ledger began.</param>
/// <param name="began">CLOCK_BOOTTIME in ns: tells this one from an earlier one of the same life.</param>
/// <param name="most">So many are kept.</param>
public sealed class Timeline(ulong start, ulong since, ulong began, int most)
{
    /// <summary>There is room for so many from the beginning.</summary>
    public const int LeastRoom = 16;

    private Slice[] _slices = new Slice[LeastRoom];
    private long _oldest; // of all that were told: those from here up to _told are kept, each at its remainder
    private long _told;

    /// <summary>CLOCK_BOOTTIME in ns at which its ledger began.</summary>
    public ulong Since { get; } = since;

    /// <summary>The number of the latest: how many there were.</summary>
    public ulong Count { get; private set; }

    /// <summary>CLOCK_BOOTTIME in ns at which the latest has ended.</summary>
    public ulong LastEnd { get; private set; }

    /// <summary>Slices that are kept.</summary>
    public int Kept => (int)(_told - _oldest);

    /// <summary>Slices that there is memory for.</summary>
    public int Room => _slices.Length;

    public void Add(in SliceRecord record)
    {
        if (Kept == Room)
        {
            if (Room < most)
                Resize(Math.Min(2 * Room, most));
            else
                _oldest++;
        }

        Count += record.Missing + 1UL;
        LastEnd = record.End;
        At(_told++) = new Slice(record, start, Count);
    }

    /// <summary>The older half falls off, and its memory is free.</summary>
    public void Halve()
    {
        _oldest += Kept / 2;
        Resize(Math.Max(Room / 2, Kept));
    }

    /// <summary>Copies those that came after a place, as far as they are kept and there is room for them.</summary>
    /// <param name="place">From its beginning, where this is no place in this timeline.</param>
    /// <param name="room">Filled from its beginning.</param>
    public SliceBatch CopyAfter(TimelinePlace place, Span<Slice> room)
    {
        var after = place.Began == began && place.Number <= Count ? place.Number : 0;
        var first = FirstAfter(after);
        var length = (int)Math.Min(_told - first, room.Length);
        for (var i = 0; i < length; i++)
            room[i] = At(first + i);
        if (length == 0)
            return new SliceBatch(0, 0, new TimelinePlace(began, after), new TimelinePlace(began, after));
        var before = Math.Max(room[0].Number - room[0].Missing - 1, after);
        return new SliceBatch(
            length, before - after, new TimelinePlace(began, before), new TimelinePlace(began, room[length - 1].Number));
    }

    private ref Slice At(long index) => ref _slices[index % Room];

    private void Resize(int room)
    {
        var slices = new Slice[room];
        for (var index = _oldest; index < _told; index++)
            slices[index % room] = At(index);
        _slices = slices;
    }

    /// <summary>Their numbers rise, but not by one each.</summary>
    private long FirstAfter(ulong number)
    {
        var (low, high) = (_oldest, _told);
        while (low < high)
        {
            var middle = low + (high - low) / 2;
            if (At(middle).Number <= number)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }
}
