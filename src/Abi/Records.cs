namespace ProcImage.Abi;

/// <summary>The head of every record of the portraits iterator and of the events ring buffer.</summary>
public struct RecordHeader
{
    public RecordType Type;
    public RecordFlag Flags;

    /// <summary>Bytes of the record with the parts that follow it.</summary>
    public uint Size;
}

/// <summary>A process, with what its gone threads have left; the figures of its threads come in records of their own.
/// In the records of its death everything is in here.</summary>
public struct ProcessRecord
{
    public RecordHeader Header;
    public int Tgid;

    /// <summary>tgid of the parent.</summary>
    public int Parent;

    /// <summary><c>start_boottime</c> of the leader in ns: with the tgid it names one life for good.</summary>
    public ulong StartId;

    /// <summary>Images that count now.</summary>
    public ImageSet Images;

    /// <summary>Images that count, or have counted and are frozen.</summary>
    public ImageSet Kept;
    public uint Threads;

    /// <summary>As wait(2) has it.</summary>
    public int ExitCode;

    /// <summary>CLOCK_BOOTTIME in ns; 0 while alive.</summary>
    public ulong ExitTime;

    /// <summary>CLOCK_BOOTTIME in ns of the schedule image's activation.</summary>
    public ulong ScheduleSince;
    public ulong KeytimeSince;

    /// <summary>0 where there is no ledger.</summary>
    public ulong LedgerSince;

    /// <summary>Meaningless without the syscall image.</summary>
    public ulong SyscallSince;

    /// <summary>Meaningless without the lock image.</summary>
    public ulong LockSince;
    public PartFlag Parts;

    /// <summary>Since the last one that was told.</summary>
    public uint SlicesLost;
    public MemoryUsage Memory;

    /// <summary>ns of user time that /proc or wait4 has last shown (<c>signal.prev_cputime</c>).</summary>
    public ulong ShownUser;

    /// <summary>ns of system time, likewise.</summary>
    public ulong ShownSystem;
    public PolicySlots Policies;
    public Comm Comm;

    /// <summary>Of the threads that are gone.</summary>
    public ResourceUsage Gone;
}

/// <summary>A thread of an imaged process, or a thread that is a target itself.</summary>
public struct ThreadRecord
{
    public RecordHeader Header;
    public int Tgid;
    public int Tid;

    /// <summary><c>start_boottime</c> of the thread in ns.</summary>
    public ulong StartId;

    /// <summary>That of its process.</summary>
    public ulong LeaderStartId;
    public ImageSet Images;
    public ImageSet Kept;

    /// <summary>As in /proc/PID/stat: 20 for nice 0, below 0 for real-time.</summary>
    public int Priority;

    /// <summary>The CPU it ran on last.</summary>
    public int Cpu;
    public int ExitCode;
    public PartFlag Parts;

    /// <inheritdoc cref="ProcessRecord.SlicesLost"/>
    public uint SlicesLost;
    public uint Pad;
    public ulong ExitTime;
    public ulong ScheduleSince;
    public ulong KeytimeSince;
    public ulong LedgerSince;
    public ulong SyscallSince;
    public ulong LockSince;

    /// <summary>Of the process, where its leader has exited and this thread has not; else 0.</summary>
    public MemoryUsage Memory;
    public PolicySlots Policies;
    public Comm Comm;
    public ResourceUsage Usage;
}

/// <summary>The idle task of the CPU that the reader runs on.</summary>
public struct IdleRecord
{
    public RecordHeader Header;
    public uint Cpu;
    public uint Pad;
    public ulong VoluntarySwitches;
    public ulong InvoluntarySwitches;
    public Comm Comm;
}

/// <summary>A process has become one of the tool's own programs: nothing of it is to be shown.</summary>
public struct ExceptedRecord
{
    public RecordHeader Header;
    public int Tgid;
    public uint Pad;
    public ulong StartId;
}

/// <summary>Policies were applied, or one has ended.</summary>
public struct PoliciesRecord
{
    public RecordHeader Header;

    /// <summary>The slot of the policy that has ended; 0 where policies were applied.</summary>
    public uint Slot;
    public uint Id;
}
