using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ProcImage.Abi;

namespace ProcImage.Tests.Unit.Imaging;

/// <summary>Records of system calls as the kernel side writes them.</summary>
internal static class CallRecords
{
    public const ulong Since = 80_000_000_009;
    public const int Read = 0;
    public const int Write = 1;
    public const int Openat = 257;
    private const int Enoent = 2;
    private const int Eacces = 13;

    /// <summary>7 reads, 3 writes, 13 openat of which 5 found nothing and 2 were not allowed.</summary>
    public static CallsRecord Process
    {
        get
        {
            var record = new CallsRecord { Tgid = Records.Process.Tgid, StartId = Records.StartId, Since = Since, Min = 170 };
            Add(ref record, Read, 7, 0, 7_000, 2_000);
            Add(ref record, Write, 3, 0, 1_000_000, 900_000);
            Add(ref record, Openat, 13, 7, 13_000, 3_000);
            record.Errors[0] = new CallError { Number = Openat, Kind = (ushort)CallKind.Native, Error = Enoent, Count = 5 };
            record.Errors[31] = new CallError { Number = Openat, Kind = (ushort)CallKind.Native, Error = Eacces, Count = 2 };
            record.Buckets[0] = 20;
            record.Buckets[9] = 3;
            return record;
        }
    }

    public static void Add(
        ref CallsRecord record, int number, ulong count, ulong errors = 0, ulong time = 0, ulong max = 0, CallKind kind = CallKind.Native)
    {
        record.RowsUsed++;
        record.Rows[(int)record.RowsUsed] =
            new CallRow { Number = number, Kind = kind, Count = count, Errors = errors, Time = time, Max = max };
    }

    /// <summary>Cut behind the rows that are used.</summary>
    public static byte[] Bytes(CallsRecord record)
    {
        var unused = Limits.CallRows - 1 - (int)record.RowsUsed;
        var size = Unsafe.SizeOf<CallsRecord>() - unused * Unsafe.SizeOf<CallRow>();
        record.Header = new RecordHeader { Type = RecordType.Calls, Size = (uint)size };
        return MemoryMarshal.AsBytes([record])[..size].ToArray();
    }

    /// <summary>A thread that has made so many calls, the i-th of number i; <paramref name="begun"/> when it was copied.</summary>
    public static byte[] Sequence(ulong told, ulong? begun = null, Func<SequenceRecord, SequenceRecord>? with = null)
    {
        var record = new SequenceRecord
        {
            Tgid = Records.Thread.Tgid,
            Tid = Records.Thread.Tid,
            StartId = Records.Thread.StartId,
            LeaderStartId = Records.StartId,
            Told = told,
            Comm = Records.Thread.Comm,
        };
        record = with?.Invoke(record) ?? record;
        var kept = new KeptCalls { Begun = begun ?? told };
        for (ulong i = 0; i < told; i++)
            kept.Calls[(int)(i % Limits.CallsKept)] =
                new Call { Number = (int)i, Kind = CallKind.Native, Begin = 1000 * (i + 1), Time = i, Result = (long)i };
        byte[] bytes = [.. MemoryMarshal.AsBytes([record]), .. told == 0 ? [] : MemoryMarshal.AsBytes([kept])];
        MemoryMarshal.AsRef<RecordHeader>(bytes.AsSpan()) = new RecordHeader { Type = RecordType.Sequence, Size = (uint)bytes.Length };
        return bytes;
    }
}
