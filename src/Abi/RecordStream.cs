using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ProcImage.Abi;

/// <summary>Takes records apart.</summary>
public static class RecordStream
{
    /// <summary>The head of the next record; false when the bytes end before the record does.</summary>
    /// <exception cref="InvalidDataException">These are no records.</exception>
    public static bool TryReadHeader(ReadOnlySpan<byte> bytes, out RecordHeader header)
    {
        header = default;
        if (bytes.Length < Unsafe.SizeOf<RecordHeader>())
            return false;
        header = MemoryMarshal.Read<RecordHeader>(bytes);
        if (header.Size < Unsafe.SizeOf<RecordHeader>() || header.Size > 64 * 1024)
            throw new InvalidDataException($"a record of type {header.Type} says that it has {header.Size} bytes");
        return bytes.Length >= header.Size;
    }

    /// <summary>The record, and the delays that follow it where there are any.</summary>
    public static T Read<T>(ReadOnlySpan<byte> record, out ScheduleStats schedule)
        where T : unmanaged
    {
        var rest = record[Unsafe.SizeOf<T>()..];
        schedule = rest.Length >= Unsafe.SizeOf<ScheduleStats>() ? MemoryMarshal.Read<ScheduleStats>(rest) : default;
        return MemoryMarshal.Read<T>(record);
    }
}
