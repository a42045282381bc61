namespace ProcImage.Abi;

/// <summary>Something that has happened to a process, at the moment of its hook. What its kind adds follows.</summary>
public struct LifeEvent
{
    public RecordHeader Header;
    public EventKind Kind;
    public EventFlag Whose;
    public int Tgid;
    public int Tid;

    /// <summary><c>start_boottime</c> of the process in ns.</summary>
    public ulong StartId;
    public ulong ThreadStartId;

    /// <summary>CLOCK_BOOTTIME in ns.</summary>
    public ulong Time;
}

public struct ForkEvent
{
    public LifeEvent Event;
    public int ChildTgid;
    public int ChildTid;

    /// <summary>Of the thread that begins.</summary>
    public ulong ChildStartId;

    /// <summary>As clone(2) has them.</summary>
    public ulong CloneFlags;
    public Comm ChildComm;
}

public struct ExecEvent
{
    public LifeEvent Event;

    /// <summary>Of the thread that has called it: it takes that of the process.</summary>
    public int OldTid;

    /// <summary>Of the path, with the closing zero; where these are more than are kept, it was cut.</summary>
    public uint FileBytes;

    /// <summary>Of all arguments, each with its closing zero; where these are more than are kept, they were cut.</summary>
    public uint ArgumentsBytes;
    public uint ArgumentsKept;
    public FileBytes File;
    public ArgumentsBytes Arguments;
}

public struct RenameEvent
{
    public LifeEvent Event;
    public Comm Before;
    public Comm After;
}

public struct ExitEvent
{
    public LifeEvent Event;

    /// <summary>As wait(2) has it.</summary>
    public int ExitCode;
    public uint Pad;
}

/// <summary>
/// A time on a CPU, with the wait for it. The first one of a thread has no length: it says what the thread did when its
/// ledger began. What lies between the end of a slice and the next one's wait was spent as the
/// end says. Times are CLOCK_BOOTTIME in ns.
/// </summary>
public struct SliceRecord
{
    public RecordHeader Header;
    public int Tgid;
    public int Tid;

    /// <summary>Of the process.</summary>
    public ulong StartId;
    public ulong ThreadStartId;

    /// <summary>When the ledger of the life began.</summary>
    public ulong Since;
    public ulong Begin;
    public ulong End;

    /// <summary>ns of it that the thread ran, by the kernel's books: the rest was stolen.</summary>
    public ulong Ran;

    /// <summary>ns in a run queue, some time before it.</summary>
    public ulong Wait;

    /// <summary>So many slices right before this one were lost.</summary>
    public uint Missing;
    public ushort Cpu;

    /// <summary>A <see cref="SliceEnd"/>.</summary>
    public ushort Why;
    public EventFlag Whose;

    /// <summary>Who has ended what came before it.</summary>
    public WakerKind WokenBy;

    /// <summary>For <see cref="WakerKind.Thread"/>: its tid, and its name at that moment.</summary>
    public int Waker;
    public uint Pad;
    public Comm WakerComm;
}

public struct OomEvent
{
    public LifeEvent Event;
    public MemoryUsage Memory;

    /// <summary>/proc/PID/oom_score_adj.</summary>
    public int ScoreAdjustment;

    /// <summary>tgid of who wanted the memory.</summary>
    public int Trigger;
    public Comm TriggerComm;

    /// <summary>The memory cgroup of the victim.</summary>
    public CgroupNames Cgroup;
}
