namespace ProcImage.Tests.Unit.Symbols;

/// <summary>A message taken apart by field number, as the wire format has it.</summary>
internal sealed class ProtobufMessage
{
    private readonly List<(int Field, ulong Number, byte[] Bytes)> _fields = [];

    public ProtobufMessage(byte[] bytes)
    {
        var at = 0;
        while (at < bytes.Length)
        {
            var key = Varint(bytes, ref at);
            var field = (int)(key >> 3);
            switch (key & 7)
            {
                case 0:
                    _fields.Add((field, Varint(bytes, ref at), []));
                    break;
                case 2:
                    var length = (int)Varint(bytes, ref at);
                    _fields.Add((field, 0, bytes[at..(at + length)]));
                    at += length;
                    break;
                default:
                    throw new InvalidDataException($"wire type {key & 7} in {field}");
            }
        }
    }

    public IReadOnlySet<int> Fields => _fields.Select(each => each.Field).ToHashSet();

    public ulong Number(int field) => _fields.SingleOrDefault(each => each.Field == field).Number;

    public IReadOnlyList<byte[]> Bytes(int field) =>
        [.. _fields.Where(each => each.Field == field).Select(each => each.Bytes)];

    public IReadOnlyList<ProtobufMessage> Messages(int field) =>
        [.. Bytes(field).Select(bytes => new ProtobufMessage(bytes))];

    public IReadOnlyList<ulong> Packed(int field)
    {
        var numbers = new List<ulong>();
        foreach (var bytes in Bytes(field))
        {
            for (var at = 0; at < bytes.Length;)
                numbers.Add(Varint(bytes, ref at));
        }

        return numbers;
    }

    private static ulong Varint(byte[] bytes, ref int at)
    {
        var (value, shift) = (0UL, 0);
        byte next;
        do
        {
            next = bytes[at++];
            value |= (ulong)(next & 0x7f) << shift;
            shift += 7;
        }
        while (next >= 0x80);

        return value;
    }
}
