using System.Runtime.CompilerServices;

namespace ProcImage.Abi;

/// <summary>What a life has made of one system call. It counts when it ends.</summary>
public struct CallRow
{
    public int Number;

    /// <summary><see cref="CallKind.None"/>: not there yet.</summary>
    public CallKind Kind;
    public ulong Count;

    /// <summary>Of them, that have not returned, or had begun before activation.</summary>
    public ulong Untimed;
    public ulong Errors;

    /// <summary>ns, of the others.</summary>
    public ulong Time;

    /// <summary>ns.</summary>
    public ulong Max;
}

/// <summary>How often a system call has failed in one way.</summary>
public struct CallError
{
    public int Number;

    /// <summary>A <see cref="CallKind"/>; 0: not there.</summary>
    public ushort Kind;

    /// <summary>errno.</summary>
    public ushort Error;
    public ulong Count;
}

/// <summary>The system call that a thread was in when its process died.</summary>
public struct CallAtDeath
{
    /// <summary>0: there is none.</summary>
    public int Tid;
    public int Number;
    public CallKind Kind;
    public uint Pad;

    /// <summary>ns, so far, or <see cref="Limits.CallTimeUnknown"/>.</summary>
    public ulong Time;
}

/// <summary>The system calls of a process, or of a thread that is a target itself. It is cut behind the rows that are used.</summary>
public struct CallsRecord
{
    public RecordHeader Header;
    public int Tgid;

    /// <summary>0: the process.</summary>
    public int Tid;
    public ulong StartId;

    /// <summary>CLOCK_BOOTTIME in ns of activation.</summary>
    public ulong Since;

    /// <summary>Beside the first.</summary>
    public uint RowsUsed;

    /// <summary>How many threads, beside the first, were in a call at the death; the last ones may not be kept.</summary>
    public uint Deaths;

    /// <summary>For which there was no room in <see cref="Errors"/>.</summary>
    public ulong OtherErrors;

    /// <summary>ns, of all calls; 0: there are none.</summary>
    public ulong Min;

    /// <summary>Of all calls whose beginning was seen, by ns.</summary>
    public HistogramBuckets Buckets;

    /// <summary>The first thread first.</summary>
    public CallsAtDeath AtDeath;

    /// <summary>In any order.</summary>
    public CallErrors Errors;

    /// <summary>The first: those of <see cref="CallKind.Other"/>. A number may have two.</summary>
    public CallRows Rows;
}

/// <summary>A system call of a thread.</summary>
public struct Call
{
    public int Number;
    public CallKind Kind;

    /// <summary>CLOCK_BOOTTIME in ns; 0: not seen.</summary>
    public ulong Begin;

    /// <summary>ns, or <see cref="Limits.CallTimeUnknown"/>.</summary>
    public ulong Time;

    /// <summary>As the kernel returns it: -errno, or whatever the call gives.</summary>
    public long Result;
}

/// <summary>A thread whose system calls count, and the one that it is in. A <see cref="KeptCalls"/> follows if any was told.</summary>
public struct SequenceRecord
{
    public RecordHeader Header;
    public int Tgid;
    public int Tid;

    /// <summary><c>start_boottime</c> of the thread in ns.</summary>
    public ulong StartId;

    /// <summary>That of its process.</summary>
    public ulong LeaderStartId;

    /// <summary>How many have been kept, most of them overwritten since.</summary>
    public ulong Told;

    /// <summary>CLOCK_BOOTTIME in ns of the one that it is in; 0: not seen.</summary>
    public ulong Begin;
    public int Number;

    /// <summary><see cref="CallKind.None"/>: it is in none.</summary>
    public CallKind Kind;
    public Comm Comm;
}

/// <summary>
/// The latest system calls of a thread: the i-th that was kept is at i % <see cref="Limits.CallsKept"/>. What is not among the
/// latest of those begun may be half a newer one.
/// </summary>
public struct KeptCalls
{
    public CallRing Calls;
    public ulong Begun;
}

[InlineArray(Limits.CallRows)]
public struct CallRows
{
    private CallRow _first;
}

[InlineArray(Limits.CallErrors)]
public struct CallErrors
{
    private CallError _first;
}

[InlineArray(Limits.CallsAtDeath)]
public struct CallsAtDeath
{
    private CallAtDeath _first;
}

[InlineArray(Limits.CallsKept)]
public struct CallRing
{
    private Call _first;
}
