namespace ProcImage.Symbols;

/// <summary>Takes functions in any order; of those with the same start one remains.</summary>
/// <param name="count">How many there will be, where that is known.</param>
internal sealed class SymbolTableBuilder(int count = 0)
{
    /// <summary>Longer names are cut: in bytes.</summary>
    public const int LongestName = 1024;

    /// <summary>Of all names: in bytes.</summary>
    public const int MostText = 32 << 20;

    private readonly List<ulong> _starts = new(count);
    private readonly List<ulong> _ends = new(count);
    private readonly List<int> _names = new(count);
    private readonly List<byte> _ranks = new(count);
    private readonly List<bool> _isOpen = new(count);
    private readonly List<byte> _text = [];

    public int Count => _starts.Count;

    /// <returns>By what <see cref="Add"/> knows it.</returns>
    /// <exception cref="InvalidDataException">There are too many.</exception>
    public int AddName(ReadOnlySpan<byte> name)
    {
        if (_text.Count + LongestName >= MostText)
            throw new InvalidDataException($"the names take more than {MostText >> 20} MB");
        var at = _text.Count;
        _text.AddRange(name.Length <= LongestName ? name : name[..LongestName]);
        _text.Add(0);
        return at;
    }

    /// <param name="start">Address.</param>
    /// <param name="end">Behind its last byte.</param>
    /// <param name="isOpen">Whether it ends before, where another function begins.</param>
    /// <param name="name">From <see cref="AddName"/>.</param>
    /// <param name="preference">The lowest wins, among those whose names have the fewest leading underscores.</param>
    public void Add(ulong start, ulong end, bool isOpen, int name, byte preference)
    {
        var underscores = 0;
        while (underscores < 15 && _text[name + underscores] == '_')
            underscores++;
        _starts.Add(start);
        _ends.Add(end);
        _isOpen.Add(isOpen);
        _names.Add(name);
        _ranks.Add((byte)(underscores << 4 | preference));
    }

    public SymbolTable Build()
    {
        var order = new int[Count];
        for (var index = 0; index < order.Length; index++)
            order[index] = index;
        var sorted = _starts.ToArray();
        Array.Sort(sorted, order);
        var (starts, chosen) = (new List<ulong>(Count), new List<int>(Count));
        for (var at = 0; at < order.Length; at++)
        {
            if (starts.Count == 0 || starts[^1] != sorted[at])
            {
                starts.Add(sorted[at]);
                chosen.Add(order[at]);
            }
            else if (IsBetter(order[at], chosen[^1]))
            {
                chosen[^1] = order[at];
            }
        }

        var sizes = new uint[starts.Count];
        var names = new int[starts.Count];
        for (var at = 0; at < sizes.Length; at++)
        {
            var next = at + 1 < sizes.Length && _isOpen[chosen[at]] ? starts[at + 1] : ulong.MaxValue;
            var end = Math.Min(_ends[chosen[at]], next);
            sizes[at] = end <= starts[at] ? 0 : (uint)Math.Min(end - starts[at], uint.MaxValue);
            names[at] = _names[chosen[at]];
        }

        return new SymbolTable([.. starts], sizes, names, [.. _text]);
    }

    // The sort is not stable: what was added first wins a tie.
    private bool IsBetter(int one, int other) => (_isOpen[one], _ranks[one], one).CompareTo(
        (_isOpen[other], _ranks[other], other)) < 0;
}
