namespace ProcImage.Symbols;

/// <summary>What the entries of .eh_frame have in common: a CIE.</summary>
/// <param name="CodeUnit">Bytes of code that locations are counted in.</param>
/// <param name="DataUnit">Bytes of stack that offsets are counted in.</param>
/// <param name="HasAugmentation">Whether entries carry data of the language, with its length.</param>
/// <param name="AddressEncoding">DW_EH_PE_* of the entries' addresses.</param>
/// <param name="Program">Where its instructions begin.</param>
internal readonly record struct CallFrameHead(
    ulong CodeUnit, long DataUnit, bool HasAugmentation, byte AddressEncoding, int Program)
{
    /// <summary>Null where it is of a kind that is not known.</summary>
    /// <param name="bytes">Behind its length and zero.</param>
    public static CallFrameHead? Read(ReadOnlySpan<byte> bytes)
    {
        var reader = new CallFrameReader(bytes);
        var version = reader.Byte();
        if (version is not (1 or 3))
            return null;
        var end = reader.Rest.IndexOf((byte)0);
        if (end < 0)
            return null;
        var augmentation = reader.Take((ulong)end);
        reader.Byte();
        var (code, data) = (reader.Unsigned(), reader.Signed());
        _ = version == 1 ? reader.Byte() : reader.Unsigned(); // the column of the return address
        byte encoding = 0;
        if (augmentation.IsEmpty)
            return new CallFrameHead(code, data, false, encoding, bytes.Length - reader.Rest.Length);
        if (augmentation[0] != 'z')
            return null;
        var rest = new CallFrameReader(reader.Take(reader.Unsigned()));
        foreach (var letter in augmentation[1..])
        {
            switch (letter)
            {
                case (byte)'R':
                    encoding = rest.Byte();
                    break;
                case (byte)'L':
                    rest.Byte();
                    break;
                case (byte)'P':
                    if (SizeOf(rest.Byte()) is not { } size)
                        return null;
                    rest.Take(size);
                    break;
                default: // 'S': of a signal, whose caller is not behind a call
                    return null;
            }
        }

        return new CallFrameHead(code, data, true, encoding, bytes.Length - reader.Rest.Length);
    }

    private static ulong? SizeOf(byte encoding) => (encoding & 0xf) switch
    {
        0x0 or 0x4 or 0xc => 8,
        0x2 or 0xa => 2,
        0x3 or 0xb => 4,
        _ => null,
    };
}
