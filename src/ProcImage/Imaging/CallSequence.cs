using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ProcImage.Abi;

namespace ProcImage.Imaging;

/// <summary>The latest system calls of a thread, in the order in which they have ended.</summary>
/// <param name="Tid">The thread.</param>
/// <param name="Comm">Its name.</param>
/// <param name="Inside">The call that it is in; null where it is in none.</param>
/// <param name="Calls">The latest last.</param>
public sealed record CallSequence(int Tid, string Comm, CallInside? Inside, IReadOnlyList<Call> Calls)
{
    /// <param name="bytes">A <see cref="SequenceRecord"/> with what follows it.</param>
    /// <param name="most">How many calls at most.</param>
    /// <param name="now">CLOCK_BOOTTIME in ns.</param>
    public static CallSequence Read(ReadOnlySpan<byte> bytes, int most, ulong now)
    {
        var record = RecordStream.Read<SequenceRecord>(bytes);
        var inside = record.Kind == CallKind.None
            ? null
            : new CallInside(
                record.Tid,
                new CallId(record.Kind, record.Number),
                record.Begin == 0 ? null : now - Math.Min(now, record.Begin));
        var calls = record.Told == 0 ? [] : Latest(record.Told, MemoryMarshal.Read<KeptCalls>(bytes[Unsafe.SizeOf<SequenceRecord>()..]), most);
        return new CallSequence(record.Tid, record.Comm.ToString(), inside, calls);
    }

    /// <summary>Without those that have been overwritten while they were read.</summary>
    private static List<Call> Latest(ulong told, in KeptCalls kept, int most)
    {
        var overwritten = kept.Begun > (ulong)Limits.CallsKept ? kept.Begun - (ulong)Limits.CallsKept : 0;
        var first = Math.Max(overwritten, told - Math.Min(told, (ulong)most));
        var calls = new List<Call>(most);
        for (var i = first; i < told; i++)
            calls.Add(kept.Calls[(int)(i % (ulong)Limits.CallsKept)]);
        return calls;
    }
}
