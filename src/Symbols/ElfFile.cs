using System.Buffers.Binary;

namespace ProcImage.Symbols;

/// <summary>
/// What the head of an ELF file says: 64 bits, little-endian, a program or a shared library. The file may be anybody's,
/// so that nothing in it is believed.
/// </summary>
/// <param name="Machine">e_machine.</param>
/// <param name="BuildId">NT_GNU_BUILD_ID, hexadecimal; empty where there is none.</param>
/// <param name="Segments">What is mapped: PT_LOAD.</param>
/// <param name="FrameIndex">.eh_frame_hdr: PT_GNU_EH_FRAME, where there is one.</param>
/// <param name="Sections">Where the section headers are in the file.</param>
internal sealed record ElfFile(
    ushort Machine,
    string BuildId,
    IReadOnlyList<ElfSegment> Segments,
    ElfSegment? FrameIndex,
    ElfSectionTable Sections)
{
    public const ushort X64 = 62; // EM_X86_64

    private const int HeaderSize = 64;
    private const int MostSegments = 4096;
    private const int LongestNotes = 64 << 10; // bytes
    private const int Load = 1, Note = 4, EhFrame = 0x6474e550; // PT_*

    /// <exception cref="InvalidDataException">It is no such file, or a damaged one.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static ElfFile Read(ByteSource bytes)
    {
        Span<byte> header = stackalloc byte[HeaderSize];
        bytes.Read(0, header);
        if (!header.StartsWith("\u007fELF\u0002\u0001"u8))
            throw new InvalidDataException("no ELF file of 64 bits, little-endian");
        if (BinaryPrimitives.ReadUInt16LittleEndian(header[16..]) is not (2 or 3)) // ET_EXEC, ET_DYN
            throw new InvalidDataException("neither a program nor a shared library");
        var table = ReadSegmentTable(bytes, header);
        var (segments, buildId, frameIndex) = (new List<ElfSegment>(), "", (ElfSegment?)null);
        for (var at = 0; at < table.Length; at += ElfSegment.HeaderSize)
        {
            var segment = ElfSegment.Read(table.AsSpan(at));
            switch (segment.Type)
            {
                case Load:
                    segments.Add(segment);
                    break;
                case Note when buildId.Length == 0:
                    buildId = ReadBuildId(bytes, segment);
                    break;
                case EhFrame:
                    frameIndex = segment;
                    break;
                default:
                    break;
            }
        }

        return new ElfFile(
            BinaryPrimitives.ReadUInt16LittleEndian(header[18..]),
            buildId,
            segments,
            frameIndex,
            ElfSectionTable.Of(header));
    }

    /// <summary>Null where it is not mapped. Several segments may map the same bytes: code comes first.</summary>
    public ulong? AddressOf(ulong fileOffset)
    {
        ulong? found = null;
        foreach (var segment in Segments)
        {
            if (fileOffset - segment.Offset >= segment.FileSize)
                continue;
            var address = fileOffset - segment.Offset + segment.Address;
            if (segment.IsExecutable)
                return address;
            found ??= address;
        }

        return found;
    }

    /// <summary>Null where the file has no bytes for this address.</summary>
    public ulong? OffsetOf(ulong address)
    {
        foreach (var segment in Segments)
        {
            if (address - segment.Address < segment.FileSize)
                return address - segment.Address + segment.Offset;
        }

        return null;
    }

    private static byte[] ReadSegmentTable(ByteSource bytes, ReadOnlySpan<byte> header)
    {
        var (size, count) = (
            BinaryPrimitives.ReadUInt16LittleEndian(header[54..]),
            BinaryPrimitives.ReadUInt16LittleEndian(header[56..]));
        if (count is 0 or > MostSegments || size != ElfSegment.HeaderSize)
            throw new InvalidDataException($"{count} program headers of {size} bytes");
        var offset = BinaryPrimitives.ReadUInt64LittleEndian(header[32..]);
        return bytes.Read(offset, (ulong)(size * count), size * count);
    }

    private static string ReadBuildId(ByteSource bytes, in ElfSegment segment)
    {
        if (segment.FileSize > LongestNotes || !bytes.Holds(segment.Offset, segment.FileSize))
            return "";
        var notes = new byte[segment.FileSize];
        bytes.Read(segment.Offset, notes);
        return ElfNotes.FindBuildId(notes, segment.Alignment == 8 ? 8 : 4);
    }
}
