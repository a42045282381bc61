using System.Buffers.Binary;

namespace ProcImage.Symbols;

/// <summary>
/// .eh_frame_hdr and .eh_frame of x86-64: how large the stack of a function is at each of its instructions. Compilers
/// write it for almost all code, as exceptions need it.
/// </summary>
internal sealed class CallFrameIndex(ByteSource bytes, ElfFile elf)
{
    private const byte Version = 1;
    private const byte Relative4 = 0x1b; // DW_EH_PE_pcrel | sdata4
    private const byte Number4 = 0x03; // DW_EH_PE_udata4
    private const byte IndexRelative4 = 0x3b; // DW_EH_PE_datarel | sdata4
    private const int HeaderSize = 12;
    private const int RowSize = 8;
    private const int LongestEntry = 64 << 10; // bytes

    /// <summary>Unknown where nothing describes it, or in a way that no compiler writes.</summary>
    /// <param name="address">Virtual, of an instruction.</param>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public CallerStep StepAt(ulong address)
    {
        if (elf.Machine != ElfFile.X64 || elf.FrameIndex is not { } index || FindEntry(index, address) is not { } entry)
            return CallerStep.Unknown;
        var description = ReadEntry(entry, out var pointer);
        var common = pointer == 0 ? 0 : entry + 4 - pointer;
        if (pointer == 0 || common > entry)
            return CallerStep.Unknown;
        var head = ReadEntry(common, out var zero);
        if (zero != 0 || CallFrameHead.Read(head) is not { } rules || rules.AddressEncoding != Relative4)
            return CallerStep.Unknown;
        var reader = new CallFrameReader(description);
        var start = entry + 8 + (ulong)(int)reader.UInt32();
        var length = reader.UInt32();
        if (address - start >= length)
            return CallerStep.Unknown;
        if (rules.HasAugmentation)
            reader.Take(reader.Unsigned());
        return CallFrameProgram.Run(rules, head, reader.Rest, address - start);
    }

    /// <summary>The address of the entry of the last function that does not begin behind it.</summary>
    private ulong? FindEntry(in ElfSegment index, ulong address)
    {
        Span<byte> header = stackalloc byte[HeaderSize];
        bytes.Read(index.Offset, header);
        if (header[0] != Version || header[1] != Relative4 || header[2] != Number4 || header[3] != IndexRelative4)
            return null;
        ulong low = 0, high = Math.Min(
            BinaryPrimitives.ReadUInt32LittleEndian(header[8..]), index.FileSize / RowSize);
        Span<byte> row = stackalloc byte[RowSize];
        ulong? entry = null;
        while (low < high)
        {
            var middle = (low + high) / 2;
            bytes.Read(index.Offset + HeaderSize + middle * RowSize, row);
            if (index.Address + (ulong)BinaryPrimitives.ReadInt32LittleEndian(row) > address)
            {
                high = middle;
                continue;
            }

            entry = index.Address + (ulong)BinaryPrimitives.ReadInt32LittleEndian(row[4..]);
            low = middle + 1;
        }

        return entry;
    }

    /// <summary>What follows the length and the pointer to the common part, which is 0 in that itself.</summary>
    private byte[] ReadEntry(ulong address, out uint pointer)
    {
        var offset = elf.OffsetOf(address) ?? throw new InvalidDataException("a call frame is not in the file");
        Span<byte> head = stackalloc byte[8];
        bytes.Read(offset, head);
        var length = BinaryPrimitives.ReadUInt32LittleEndian(head);
        pointer = BinaryPrimitives.ReadUInt32LittleEndian(head[4..]);
        if (length < 4)
            throw new InvalidDataException("a call frame is too short");
        return bytes.Read(offset + 8, length - 4, LongestEntry);
    }
}
