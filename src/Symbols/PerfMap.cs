using System.Buffers.Text;
using System.Text;

namespace ProcImage.Symbols;

/// <summary>
/// Functions that a just-in-time compiler has written down: <c>start size name</c>, numbers in hexadecimal, one a line.
/// Code is moved and dropped, so a later line wins where two overlap.
/// </summary>
internal sealed class PerfMap
{
    /// <summary>What is read of a file: bytes.</summary>
    public const int MostText = 64 << 20;

    /// <summary>What it may take in memory: later lines are left out.</summary>
    public const long MostBytes = 32 << 20;

    private const int LineBytes = 24 + 24; // of a range and of a piece, besides the name
    private const int LongestName = SymbolTableBuilder.LongestName;

    private readonly List<Range> _ranges = []; // as they were written
    private readonly List<byte> _names = [];
    private List<Piece> _pieces = []; // ascending, none overlaps
    private bool _isSorted = true;

    /// <summary>What it takes in memory, about.</summary>
    public long Bytes => _names.Count + (long)LineBytes * _ranges.Count;

    /// <summary>Takes whole lines; returns how many bytes of the text these are.</summary>
    public int Append(ReadOnlySpan<byte> text)
    {
        var taken = 0;
        int end;
        while ((end = text[taken..].IndexOf((byte)'\n')) >= 0)
        {
            AppendLine(text.Slice(taken, end));
            taken += end + 1;
        }

        return taken;
    }

    /// <summary>Null where no function is.</summary>
    public string? NameAt(ulong address)
    {
        Sort();
        var index = _pieces.BinarySearch(new Piece(address, 0, 0));
        if (index < 0)
            index = ~index - 1;
        if (index < 0 || address >= _pieces[index].End)
            return null;
        var range = _ranges[_pieces[index].Range];
        return Encoding.UTF8.GetString([.. _names[range.Name..(range.Name + range.NameLength)]]);
    }

    private void AppendLine(ReadOnlySpan<byte> line)
    {
        if (Bytes >= MostBytes
            || !TakeNumber(ref line, out var start) || !TakeNumber(ref line, out var size)
            || size == 0 || start > ulong.MaxValue - size || line.IsEmpty)
            return;
        var name = line[..Math.Min(line.Length, LongestName)];
        _ranges.Add(new Range(start, start + size, _names.Count, name.Length));
        _names.AddRange(name);
        _isSorted = false;
    }

    private static bool TakeNumber(ref ReadOnlySpan<byte> line, out ulong number)
    {
        if (line.StartsWith("0x"u8))
            line = line[2..];
        if (!Utf8Parser.TryParse(line, out number, out var digits, 'x') || digits >= line.Length || line[digits] != ' ')
            return false;
        line = line[(digits + 1)..];
        return true;
    }

    /// <summary>From left to right, with those that are open ordered by which was written last.</summary>
    private void Sort()
    {
        if (_isSorted)
            return;
        var order = new int[_ranges.Count];
        for (var index = 0; index < order.Length; index++)
            order[index] = index;
        Array.Sort(_ranges.ConvertAll(range => range.Start).ToArray(), order);
        var pieces = new List<Piece>(order.Length);
        var open = new PriorityQueue<int, int>(); // the latest first
        var (next, at) = (0, 0UL);
        while (next < order.Length || open.Count > 0)
        {
            if (open.Count == 0)
                at = Math.Max(at, _ranges[order[next]].Start);
            for (; next < order.Length && _ranges[order[next]].Start <= at; next++)
                open.Enqueue(order[next], -order[next]);
            var top = open.Peek();
            if (_ranges[top].End <= at)
            {
                open.Dequeue();
                continue;
            }

            var end = _ranges[top].End;
            if (next < order.Length)
                end = Math.Min(end, _ranges[order[next]].Start);
            if (pieces.Count > 0 && pieces[^1].Range == top && pieces[^1].End == at)
                pieces[^1] = pieces[^1] with { End = end };
            else
                pieces.Add(new Piece(at, end, top));
            at = end;
        }

        _pieces = pieces;
        _isSorted = true;
    }

    private readonly record struct Range(ulong Start, ulong End, int Name, int NameLength);

    private readonly record struct Piece(ulong Start, ulong End, int Range) : IComparable<Piece>
    {
        public int CompareTo(Piece other) => Start.CompareTo(other.Start);
    }
}
