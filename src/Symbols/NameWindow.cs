namespace ProcImage.Symbols;

/// <summary>Names of a string table, asked for in ascending order: a part of it is in memory at a time.</summary>
internal sealed class NameWindow(ByteSource bytes, ulong offset, ulong size)
{
    private readonly byte[] _buffer = new byte[128 << 10];
    private ulong _start;
    private int _length;

    /// <summary>Without its version; empty where there is none. Long ones are cut.</summary>
    public ReadOnlySpan<byte> NameAt(ulong at)
    {
        if (at >= size)
            return [];
        var wanted = Math.Min(size - at, SymbolTableBuilder.LongestName);
        if (at < _start || at + wanted > _start + (ulong)_length)
        {
            _start = at;
            _length = (int)Math.Min(size - at, (ulong)_buffer.Length);
            bytes.Read(offset + at, _buffer.AsSpan(0, _length));
        }

        var name = _buffer.AsSpan((int)(at - _start), (int)wanted);
        var end = name.IndexOf((byte)0);
        if (end >= 0)
            name = name[..end];
        var version = name.IndexOf((byte)'@');
        return version > 0 ? name[..version] : name;
    }
}
