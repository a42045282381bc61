using System.Buffers;
using System.Text;

namespace ProcImage.Symbols;

/// <summary>Writes one protocol buffers message. What is 0 or empty is left out, as version 3 has it.</summary>
internal sealed class ProtobufWriter
{
    private const int Varint = 0, LengthDelimited = 2; // wire types

    private readonly ArrayBufferWriter<byte> _bytes = new();

    public ReadOnlySpan<byte> Written => _bytes.WrittenSpan;

    public void Add(int field, ulong value)
    {
        if (value == 0)
            return;
        Write((ulong)field << 3 | Varint);
        Write(value);
    }

    public void Add(int field, long value) => Add(field, (ulong)value);

    /// <summary>Also an empty one: in a list it has its place.</summary>
    public void Add(int field, string value) => Add(field, Encoding.UTF8.GetBytes(value));

    public void Add(int field, ProtobufWriter message) => Add(field, message.Written);

    /// <summary>A list of numbers, packed.</summary>
    public void Add(int field, ReadOnlySpan<ulong> values)
    {
        if (values.IsEmpty)
            return;
        var packed = new ProtobufWriter();
        foreach (var value in values)
            packed.Write(value);
        Add(field, packed);
    }

    private void Add(int field, ReadOnlySpan<byte> bytes)
    {
        Write((ulong)field << 3 | LengthDelimited);
        Write((ulong)bytes.Length);
        _bytes.Write(bytes);
    }

    private void Write(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            _bytes.Write([(byte)(value | 0x80)]);
        _bytes.Write([(byte)value]);
    }
}
