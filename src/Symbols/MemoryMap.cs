using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace ProcImage.Symbols;

/// <summary>What a process has mapped, by address.</summary>
internal sealed class MemoryMap
{
    private const string Deleted = " (deleted)";
    private const int Most = 64 << 20; // bytes of text

    private readonly Mapping[] _mappings; // ascending, as the kernel writes them
    private readonly ulong[] _starts;

    private MemoryMap(Mapping[] mappings)
    {
        _mappings = mappings;
        _starts = Array.ConvertAll(mappings, mapping => mapping.Start);
    }

    public static MemoryMap Empty { get; } = new([]);

    public IReadOnlyList<Mapping> Mappings => _mappings;

    /// <param name="pid">A process.</param>
    /// <param name="isCodeOnly">Whether to leave out what is not executable.</param>
    /// <exception cref="IOException">There is no such process.</exception>
    /// <exception cref="UnauthorizedAccessException">It takes CAP_SYS_PTRACE.</exception>
    public static MemoryMap OfProcess(int pid, bool isCodeOnly)
    {
        using var file = File.OpenHandle(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/maps"));
        return Parse(BoundedFile.Read(file, 0, Most), isCodeOnly);
    }

    /// <summary>Lines that are none are left out.</summary>
    public static MemoryMap Parse(ReadOnlySpan<byte> text, bool isCodeOnly)
    {
        var mappings = new List<Mapping>();
        while (!text.IsEmpty)
        {
            var end = text.IndexOf((byte)'\n');
            var line = end < 0 ? text : text[..end];
            text = end < 0 ? [] : text[(end + 1)..];
            if (ParseLine(line, isCodeOnly) is { } mapping
                && (mappings.Count == 0 || mapping.Start >= mappings[^1].End)) // it changes while it is read
                mappings.Add(mapping);
        }

        return new MemoryMap([.. mappings]);
    }

    /// <summary>Null where nothing is mapped.</summary>
    public Mapping? Find(ulong address)
    {
        var index = Array.BinarySearch(_starts, address);
        if (index < 0)
            index = ~index - 1;
        return index >= 0 && address < _mappings[index].End ? _mappings[index] : null;
    }

    // 7f00-7f10 r-xp 00001000 08:01 123   /path
    private static Mapping? ParseLine(ReadOnlySpan<byte> line, bool isCodeOnly)
    {
        if (!TakeNumber(ref line, '-', out var start) || !TakeNumber(ref line, ' ', out var end)
            || line.Length < 5 || end <= start)
            return null;
        var isExecutable = line[2] == 'x';
        if (isCodeOnly && !isExecutable)
            return null;
        line = line[5..];
        if (!TakeNumber(ref line, ' ', out var offset) || !TakeNumber(ref line, ':', out var major)
            || !TakeNumber(ref line, ' ', out var minor) || !Utf8Parser.TryParse(line, out ulong inode, out var digits))
            return null;
        var path = Encoding.UTF8.GetString(line[digits..].TrimStart((byte)' '))
            .Replace(@"\012", "\n", StringComparison.Ordinal); // all that is escaped
        var isDeleted = path.EndsWith(Deleted, StringComparison.Ordinal);
        if (isDeleted)
            path = path[..^Deleted.Length];
        return new Mapping(start, end, offset, major << 32 | minor, inode, path, isDeleted, isExecutable);
    }

    private static bool TakeNumber(ref ReadOnlySpan<byte> line, char until, out ulong number)
    {
        if (!Utf8Parser.TryParse(line, out number, out var digits, 'x')
            || digits >= line.Length || line[digits] != until)
            return false;
        line = line[(digits + 1)..];
        return true;
    }
}
