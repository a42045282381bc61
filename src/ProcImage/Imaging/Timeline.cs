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
/// <param name="spare">Chunks that nobody uses: what it gives up is for others, and the other way round.</param>
public sealed class Timeline(ulong start, ulong since, ulong began, int most, Stack<Slice[]> spare)
{
    /// <summary>There is room for so many from the beginning.</summary>
    public const int LeastRoom = 16;

    /// <summary>
    /// Slices of a chunk: 74 KB. From 85,000 bytes on an array is a large object, and one that doubles leaves as much behind as it has.
    /// </summary>
    public const int ChunkSize = 1024;

    private List<Slice[]> _chunks = []; // together a ring of up to `most`; all of that size but the last
    private long _oldest; // those from here up to _told are kept, each at its remainder
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
    public int Room { get; private set; }

    public void Add(in SliceRecord record)
    {
        Count += record.Missing + 1UL;
        LastEnd = record.End;
        Append(new Slice(record, start, Count));
    }

    /// <summary>The older half falls off, and its memory is free.</summary>
    public void Halve()
    {
        var younger = new Timeline(start, Since, began, most, spare);
        for (var index = _oldest + Kept / 2; index < _told; index++)
            younger.Append(At(index));
        GiveUp();
        (_chunks, _oldest, _told, Room) = (younger._chunks, 0, younger._told, younger.Room);
    }

    /// <summary>It is used no more.</summary>
    public void GiveUp()
    {
        foreach (var chunk in _chunks.Where(chunk => chunk.Length == ChunkSize))
            spare.Push(chunk);
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

    private void Append(in Slice slice)
    {
        if (Kept == most)
            _oldest++;
        else if (Kept == Room)
            Grow();
        At(_told++) = slice;
    }

    private ref Slice At(long index)
    {
        var (chunk, place) = Math.DivRem((int)(index % most), ChunkSize);
        return ref _chunks[chunk][place];
    }

    /// <summary>The last chunk doubles until it has its size.</summary>
    private void Grow()
    {
        if (_chunks.Count == 0 || _chunks[^1].Length == ChunkSize)
            _chunks.Add([]);
        var last = _chunks[^1];
        var length = Math.Min(Math.Clamp(2 * last.Length, LeastRoom, ChunkSize), most - Room + last.Length);
        var longer = length == ChunkSize && spare.TryPop(out var unused) ? unused : new Slice[length];
        last.CopyTo(longer, 0);
        Room += length - last.Length;
        _chunks[^1] = longer;
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
