namespace ProcImage.Symbols;

/// <summary>Bytes of somebody else: read, never mapped, as a file that is cut would end its readers.</summary>
internal abstract class ByteSource
{
    /// <summary>In bytes, as it was at first.</summary>
    public abstract long Length { get; }

    /// <summary>Fills all of it.</summary>
    /// <exception cref="InvalidDataException">It ends before.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public void Read(ulong offset, Span<byte> into)
    {
        if (!Holds(offset, (ulong)into.Length))
            throw new InvalidDataException($"nothing to read at 0x{offset:x}");
        ReadWithin((long)offset, into);
    }

    /// <inheritdoc cref="Read(ulong, Span{byte})"/>
    /// <param name="offset">Where it begins.</param>
    /// <param name="length">Bytes; above <paramref name="most"/> nothing is read.</param>
    /// <param name="most">Bytes to allocate at most.</param>
    public byte[] Read(ulong offset, ulong length, int most)
    {
        if (length > (ulong)most)
            throw new InvalidDataException($"{length} bytes at 0x{offset:x} are too many");
        if (!Holds(offset, length)) // before anything is allocated
            throw new InvalidDataException($"nothing to read at 0x{offset:x}");
        var bytes = new byte[length];
        Read(offset, bytes);
        return bytes;
    }

    public bool Holds(ulong offset, ulong length) =>
        offset <= (ulong)Length && length <= (ulong)Length - offset;

    protected abstract void ReadWithin(long offset, Span<byte> into);
}
