namespace ProcImage.Abi;

/// <summary>One view of a life. <see cref="ImageSet"/> is the mask of these.</summary>
public enum Image : uint
{
    Keytime = 0,
    Lock = 1,
    Resource = 2,
    Syscall = 3,
    Schedule = 4,

    /// <summary>What key times 1 adds to keytime: where the time goes.</summary>
    Ledger = 5,
    Images = 6,
}

/// <summary>Which kind of policy names a task: an index into <see cref="PolicySlots"/>.</summary>
public enum Name : uint
{
    NamedByAll = 0,
    NamedByProcess = 1,
    NamedByThread = 2,
    NamedByAncestor = 3,
    Names = 4,
}

public enum TargetKind : uint
{
    None = 0,
    All = 1,
    Process = 2,
    Thread = 3,

    /// <summary>The idle task of a CPU.</summary>
    Idle = 4,
}

[Flags]
public enum PolicyFlag : uint
{
    None = 0,
    IncludeSelf = 1,

    /// <summary>Processes that the target starts, and those that they start.</summary>
    Follow = 2,

    /// <summary>Its locks by probes; for user space alone.</summary>
    Exact = 4,
}

/// <summary>Causes of loss: indexes of the losses map.</summary>
public enum Loss : uint
{
    Storage = 0,
    Event = 1,
    Timer = 2,
    Lookup = 3,
    Slice = 4,
    Stack = 5,
    Lock = 6,
    Run = 7,
    Losses = 8,
}

/// <summary>What a process has died of.</summary>
public enum ExitCause : uint
{
    Exit = 0,
    Signal = 1,
    Oom = 2,
    Causes = 3,
}

/// <summary>Who runs the apply iterator: an index into <see cref="Activity.OwnInode"/>.</summary>
public enum Caller : uint
{
    Loader = 0,
    Controller = 1,
    Callers = 2,
}

public enum RecordType : ushort
{
    Process = 1,
    Thread = 2,
    Target = 3,
    FinalProcess = 4,
    FinalTarget = 5,
    Policies = 6,
    PolicyEnded = 7,
    Death = 8,
    Excepted = 9,
    Idle = 10,
    Event = 11,
    Slice = 12,
    Calls = 13,
    Sequence = 14,
    Locks = 15,
    Wait = 16,
    Uses = 17,
}

[Flags]
public enum RecordFlag : ushort
{
    None = 0,
    InExec = 1,
    Dead = 2,
    Leader = 4,
    Named = 8,
    Oom = 16,
    Incomplete = 32,

    /// <summary>Its slices are told while it has a ledger.</summary>
    Slices = 64,
}

/// <summary>What follows a <see cref="ProcessRecord"/> or <see cref="ThreadRecord"/>, in this order.</summary>
[Flags]
public enum PartFlag : uint
{
    None = 0,

    /// <summary>A <see cref="Histogram"/>.</summary>
    Schedule = 1,

    /// <summary>A <see cref="KeytimeStats"/>.</summary>
    Keytime = 2,

    /// <summary>A <see cref="DeathCause"/>.</summary>
    Cause = 4,
}

/// <summary>What happens in a life; each is followed by a struct of its own.</summary>
public enum EventKind : uint
{
    /// <summary>A process begins by fork(2) or clone(2): <see cref="ForkEvent"/>.</summary>
    Fork = 1,

    /// <summary>Likewise, and the parent waits for it.</summary>
    Vfork = 2,

    /// <summary>A thread begins: <see cref="ForkEvent"/>.</summary>
    Clone = 3,
    Exec = 4,
    Rename = 5,

    /// <summary>A thread ends, and its process goes on.</summary>
    Exit = 6,

    /// <summary>The kernel kills the process for want of memory.</summary>
    Oom = 7,
}

/// <summary>Whom an event is told of.</summary>
[Flags]
public enum EventFlag : uint
{
    None = 0,

    /// <summary>The process that it happens to.</summary>
    OfProcess = 1,

    /// <summary>The thread that it happens to, which is a target itself.</summary>
    OfThread = 2,

    /// <summary>The process that begins.</summary>
    OfChild = 4,
}

/// <summary>Who has woken a thread up.</summary>
public enum WakerKind : uint
{
    /// <summary>It was not asleep, or nobody knows.</summary>
    None = 0,
    Thread = 1,

    /// <summary>A timer, a device: whoever ran there had nothing to do with it.</summary>
    Interrupt = 2,
}

/// <summary>Why a thread has left the CPU.</summary>
public enum SliceEnd : uint
{
    Preempted = 1,

    /// <summary>sched_yield(2).</summary>
    Yielded = 2,
    Sleeping = 3,

    /// <summary>Uninterruptible: storage, vfork(2), locks in the kernel.</summary>
    Disk = 4,
    Stopped = 5,
    Exited = 6,
}

/// <summary>Where the time of a thread goes: an index into <see cref="KeytimeStats.Times"/>.</summary>
public enum TimeState : uint
{
    /// <summary>On a CPU.</summary>
    Running = 0,

    /// <summary>On a CPU that the hypervisor or an interrupt has taken.</summary>
    Stolen = 1,

    /// <summary>Waiting for a CPU.</summary>
    Runnable = 2,
    Sleeping = 3,

    /// <summary>Uninterruptible: storage, vfork(2), locks in the kernel.</summary>
    Disk = 4,

    /// <summary>By a signal or a tracer, or by a freezer that did not find it asleep.</summary>
    Stopped = 5,
    States = 6,
}

/// <summary>How the number of a system call is to be understood.</summary>
public enum CallKind : uint
{
    /// <summary>There is no call.</summary>
    None = 0,
    Native = 1,

    /// <summary>As 32-bit programs number them.</summary>
    Compat = 2,

    /// <summary>Any: there was no room for its number.</summary>
    Other = 3,
}

/// <summary>What a thread waits for in futex(2): an index into <see cref="LocksRecord.Kinds"/>.</summary>
public enum LockKind : uint
{
    /// <summary>A condition, a semaphore, the end of a thread, a runtime's lock: nobody knows.</summary>
    Futex = 0,

    /// <summary>A thread holds it: it inherits priority, or its memory has had an owner.</summary>
    Mutex = 1,

    /// <summary>Of a <c>pthread_rwlock_t</c>; these two and the next only by probes.</summary>
    Read = 2,
    Write = 3,
    Spin = 4,
    Kinds = 5,
}

/// <summary>What a probed function does: the cookie of a probe, with the kind in the second byte, the library in the third.</summary>
public enum LockFunction : uint
{
    /// <summary>Returns when it has the lock, or cannot have it.</summary>
    Take = 0,
    Release = 1,

    /// <summary>For a condition: gives the mutex back, and takes it again.</summary>
    Wait = 2,

    /// <summary>Not the beginning of a function: somebody else has it.</summary>
    Spins = 3,

    /// <summary>Likewise: it returns with it.</summary>
    Spun = 4,
}

public enum LockLibrary : uint
{
    Glibc = 0,
    Musl = 1,
}

/// <summary>Where the memory of a lock says who holds it.</summary>
public enum OwnerPlace : uint
{
    Nowhere = 0,

    /// <summary>That of priority inheritance.</summary>
    InWord = 1,

    /// <summary>Likewise, if what lies around it agrees.</summary>
    InRobust = 2,

    /// <summary>glibc: behind the word, if the rest looks like its mutex.</summary>
    InMutex = 3,

    /// <summary>Likewise of 32 bits.</summary>
    InMutex32 = 4,
}

/// <summary>Where the signal came from that has ended a process.</summary>
public enum Origin : uint
{
    /// <summary>It came before key times were imaged.</summary>
    Unknown = 0,
    Kill = 1,

    /// <summary>tgkill(2) and tkill(2): raise(3) and abort(3) too.</summary>
    Tgkill = 2,
    Queue = 3,

    /// <summary>An instruction of the process itself.</summary>
    Fault = 4,

    /// <summary>A timer of the process.</summary>
    Timer = 5,
    Kernel = 6,
}
