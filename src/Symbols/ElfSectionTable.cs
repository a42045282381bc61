using System.Buffers.Binary;

namespace ProcImage.Symbols;

/// <summary>Where the section headers are in a file.</summary>
internal readonly record struct ElfSectionTable(ulong Offset, int EntrySize, int Count)
{
    private const int Most = 65_536;

    /// <param name="header">Elf64_Ehdr.</param>
    public static ElfSectionTable Of(ReadOnlySpan<byte> header) => new(
        BinaryPrimitives.ReadUInt64LittleEndian(header[40..]),
        BinaryPrimitives.ReadUInt16LittleEndian(header[58..]),
        BinaryPrimitives.ReadUInt16LittleEndian(header[60..]));

    /// <summary>Empty where the file has none.</summary>
    /// <exception cref="InvalidDataException">They are damaged, or too many.</exception>
    public ElfSection[] Read(ByteSource bytes)
    {
        if (Offset == 0)
            return [];
        if (EntrySize != ElfSection.HeaderSize)
            throw new InvalidDataException($"section headers of {EntrySize} bytes");
        var count = (ulong)Count;
        if (count == 0) // does not fit in its field: the first section has it
        {
            Span<byte> first = stackalloc byte[ElfSection.HeaderSize];
            bytes.Read(Offset, first);
            count = ElfSection.Read(first).Size;
        }

        if (count > Most)
            throw new InvalidDataException($"{count} sections are too many");
        var table = bytes.Read(Offset, count * ElfSection.HeaderSize, Most * ElfSection.HeaderSize);
        var sections = new ElfSection[count];
        for (var at = 0; at < sections.Length; at++)
            sections[at] = ElfSection.Read(table.AsSpan(at * ElfSection.HeaderSize));
        return sections;
    }
}

/// <summary>A section header.</summary>
/// <param name="Type">SHT_*.</param>
/// <param name="Address">Virtual.</param>
/// <param name="Offset">In the file.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Link">Of a symbol table: which section has the names.</param>
/// <param name="EntrySize">Bytes.</param>
internal readonly record struct ElfSection(
    uint Type, ulong Address, ulong Offset, ulong Size, uint Link, ulong EntrySize)
{
    /// <summary>Elf64_Shdr: bytes.</summary>
    public const int HeaderSize = 64;

    public static ElfSection Read(ReadOnlySpan<byte> header) => new(
        BinaryPrimitives.ReadUInt32LittleEndian(header[4..]),
        BinaryPrimitives.ReadUInt64LittleEndian(header[16..]),
        BinaryPrimitives.ReadUInt64LittleEndian(header[24..]),
        BinaryPrimitives.ReadUInt64LittleEndian(header[32..]),
        BinaryPrimitives.ReadUInt32LittleEndian(header[40..]),
        BinaryPrimitives.ReadUInt64LittleEndian(header[56..]));
}
