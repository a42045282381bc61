using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Libbpf;

namespace ProcImage.Abi;

/// <summary>Is handed a record, and after its end nothing of it may be used.</summary>
public delegate void RecordHandler(in RecordHeader header, ReadOnlySpan<byte> record);

/// <summary>Takes records apart.</summary>
public static class RecordStream
{
    /// <summary>Every record of a walk. The iterator may break off within a record; the rest comes with the next read.</summary>
    /// <exception cref="BpfException">The walk broke off.</exception>
    public static void ReadAll(BpfIterator iterator, RecordHandler handle)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(2 * BpfIterator.PreferredBufferSize);
        var filled = 0;
        for (int count; (count = iterator.Read(buffer.AsSpan(filled))) > 0;)
        {
            filled += count;
            var taken = 0;
            while (TryReadHeader(buffer.AsSpan(taken, filled - taken), out var header))
            {
                handle(header, buffer.AsSpan(taken, (int)header.Size));
                taken += (int)header.Size;
            }

            buffer.AsSpan(taken, filled - taken).CopyTo(buffer);
            filled -= taken;
        }

        if (filled > 0)
            throw new InvalidDataException($"the reading ends within a record, {filled} bytes after its beginning");
        ArrayPool<byte>.Shared.Return(buffer);
    }

    /// <summary>The head of the next record; false when the bytes end before the record does.</summary>
    /// <exception cref="InvalidDataException">These are no records.</exception>
    public static bool TryReadHeader(ReadOnlySpan<byte> bytes, out RecordHeader header)
    {
        header = default;
        if (bytes.Length < Unsafe.SizeOf<RecordHeader>())
            return false;
        header = MemoryMarshal.Read<RecordHeader>(bytes);
        if (header.Size < Unsafe.SizeOf<RecordHeader>() || header.Size > BpfIterator.PreferredBufferSize)
            throw new InvalidDataException($"a record of type {header.Type} says that it has {header.Size} bytes");
        return bytes.Length >= header.Size;
    }

    /// <summary>The record, without what follows it.</summary>
    public static T Read<T>(ReadOnlySpan<byte> record)
        where T : unmanaged => MemoryMarshal.Read<T>(record);

    /// <summary>A record that may be cut behind what is used of it; the rest is zeros.</summary>
    public static void ReadCut<T>(ReadOnlySpan<byte> record, out T whole)
        where T : unmanaged
    {
        whole = default;
        record[..Math.Min(record.Length, Unsafe.SizeOf<T>())].CopyTo(MemoryMarshal.AsBytes(new Span<T>(ref whole)));
    }

    /// <summary>What follows a record.</summary>
    /// <param name="record">With its head.</param>
    /// <param name="parts">As the record says.</param>
    /// <exception cref="ArgumentOutOfRangeException">The record is shorter than it says.</exception>
    public static RecordParts ReadParts<T>(ReadOnlySpan<byte> record, PartFlag parts)
        where T : unmanaged
    {
        var rest = record[Unsafe.SizeOf<T>()..];
        return new RecordParts(
            Take<Histogram>(parts.HasFlag(PartFlag.Schedule), ref rest),
            Take<KeytimeStats>(parts.HasFlag(PartFlag.Keytime), ref rest),
            Take<DeathCause>(parts.HasFlag(PartFlag.Cause), ref rest));
    }

    private static T Take<T>(bool isThere, ref ReadOnlySpan<byte> rest)
        where T : unmanaged
    {
        if (!isThere)
            return default;
        var taken = MemoryMarshal.Read<T>(rest);
        rest = rest[Unsafe.SizeOf<T>()..];
        return taken;
    }
}
