using System.Buffers.Binary;
using System.Text;

namespace ProcImage.Symbols;

/// <summary>Where a file has functions that it exports, by their names: .dynsym.</summary>
internal static class DynamicFunctions
{
    private const int EntrySize = 24; // Elf64_Sym
    private const int LongestTable = 64 << 20; // bytes
    private const uint DynamicSymbols = 11; // SHT_DYNSYM
    private const int Function = 2; // STT_FUNC
    private const int Undefined = 0; // SHN_UNDEF

    /// <summary>Offsets in the file. A name may have several, of one version each; two names may share one.</summary>
    /// <exception cref="InvalidDataException">It is no ELF file, or a damaged one.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static IReadOnlyList<(string Name, ulong Offset)> Find(ByteSource bytes, IReadOnlySet<string> names)
    {
        var file = ElfFile.Read(bytes);
        var sections = file.Sections.Read(bytes);
        if (Array.Find(sections, section => section.Type == DynamicSymbols) is not { Type: not 0 } table || table.Link >= (ulong)sections.Length)
            return [];
        var entries = bytes.Read(table.Offset, table.Size, LongestTable).AsSpan();
        var strings = sections[table.Link];
        var text = bytes.Read(strings.Offset, strings.Size, LongestTable).AsSpan();
        var found = new List<(string, ulong)>();
        for (; entries.Length >= EntrySize; entries = entries[EntrySize..])
        {
            var (type, section) = (entries[4] & 0xf, BinaryPrimitives.ReadUInt16LittleEndian(entries[6..]));
            var name = BinaryPrimitives.ReadUInt32LittleEndian(entries);
            if (type != Function || section == Undefined || name >= text.Length)
                continue;
            var from = text[(int)name..];
            var end = from.IndexOf((byte)0);
            if (end > 0 && Encoding.UTF8.GetString(from[..end]) is var full && names.Contains(full)
                && file.OffsetOf(BinaryPrimitives.ReadUInt64LittleEndian(entries[8..])) is { } offset)
                found.Add((full, offset));
        }

        return found;
    }
}
