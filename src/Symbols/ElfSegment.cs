using System.Buffers.Binary;

namespace ProcImage.Symbols;

/// <summary>A program header: a range of the file, and where it is in memory.</summary>
/// <param name="Type">PT_*.</param>
/// <param name="Offset">In the file.</param>
/// <param name="Address">Virtual, before the file is moved to where it is loaded.</param>
/// <param name="FileSize">Bytes.</param>
/// <param name="Alignment">Bytes.</param>
/// <param name="IsExecutable">Whether it holds code.</param>
internal readonly record struct ElfSegment(
    uint Type, ulong Offset, ulong Address, ulong FileSize, ulong Alignment, bool IsExecutable)
{
    /// <summary>Elf64_Phdr: bytes.</summary>
    public const int HeaderSize = 56;

    public static ElfSegment Read(ReadOnlySpan<byte> header) => new(
        BinaryPrimitives.ReadUInt32LittleEndian(header),
        BinaryPrimitives.ReadUInt64LittleEndian(header[8..]),
        BinaryPrimitives.ReadUInt64LittleEndian(header[16..]),
        BinaryPrimitives.ReadUInt64LittleEndian(header[32..]),
        BinaryPrimitives.ReadUInt64LittleEndian(header[48..]),
        (BinaryPrimitives.ReadUInt32LittleEndian(header[4..]) & 1) != 0); // PF_X
}
