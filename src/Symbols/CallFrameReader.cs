using System.Buffers.Binary;

namespace ProcImage.Symbols;

/// <summary>Walks over DWARF call frames. What leads out of them is an <see cref="InvalidDataException"/>.</summary>
internal ref struct CallFrameReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _bytes = bytes;

    public readonly bool IsAtEnd => _bytes.IsEmpty;

    public readonly ReadOnlySpan<byte> Rest => _bytes;

    public byte Byte() => Take(1)[0];

    public ushort UInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(2));

    public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    public ReadOnlySpan<byte> Take(ulong count)
    {
        if (count > (ulong)_bytes.Length)
            throw new InvalidDataException("the call frames end too early");
        var taken = _bytes[..(int)count];
        _bytes = _bytes[(int)count..];
        return taken;
    }

    public ulong Unsigned()
    {
        var (value, shift) = (0UL, 0);
        byte next;
        do
        {
            next = Byte();
            if (shift < 64)
                value |= (ulong)(next & 0x7f) << shift;
            shift += 7;
        }
        while (next >= 0x80);

        return value;
    }

    public long Signed()
    {
        var (value, shift) = (0L, 0);
        byte next;
        do
        {
            next = Byte();
            if (shift < 64)
                value |= (long)(next & 0x7f) << shift;
            shift += 7;
        }
        while (next >= 0x80);

        return shift < 64 && (next & 0x40) != 0 ? value | -1L << shift : value;
    }
}
