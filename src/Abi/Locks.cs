using System.Runtime.CompilerServices;

namespace ProcImage.Abi;

/// <summary>Waits of one kind. A wait counts when it ends, or when its thread does within it.</summary>
public struct LockTotals
{
    /// <summary>Those that slept.</summary>
    public Histogram Waits;

    /// <summary>Calls that came back without having slept.</summary>
    public ulong AtOnce;
}

/// <summary>The waits of a process, or of a thread that is a target itself.</summary>
public struct LocksRecord
{
    public RecordHeader Header;
    public int Tgid;

    /// <summary>0: the process.</summary>
    public int Tid;
    public ulong StartId;

    /// <summary>CLOCK_BOOTTIME in ns of activation.</summary>
    public ulong Since;
    public LockTotalsOfKinds Kinds;
}

/// <summary>At what a life has waited: the key of the locks map.</summary>
public record struct LockKey
{
    public Life Life;
    public ulong Address;
    public LockKind Kind;

    /// <summary>Another one after each exec.</summary>
    public uint Program;
}

public struct LongestWait
{
    /// <summary>Odd while this changes.</summary>
    public ulong Version;

    /// <summary>ns; another one may have been as long while this was noted.</summary>
    public ulong Time;
    public int Tid;

    /// <summary>In the pid namespace of the process, when the wait began; 0: not known.</summary>
    public int Owner;

    /// <summary>Empty of a thread that has ended within its wait.</summary>
    public LockStack UserStack;

    /// <summary>Where the words were; 0 where nothing is known of them.</summary>
    public ulong StackPointer;
    public LockStackWords Words;
    public Comm Comm;
}

public struct LockStats
{
    /// <summary>CLOCK_BOOTTIME in ns of the activation that it counts from.</summary>
    public ulong Since;

    /// <summary>Likewise: when a wait has ended there first.</summary>
    public ulong First;
    public Histogram Waits;

    /// <summary>Calls that came back without having slept.</summary>
    public ulong AtOnce;

    /// <summary>Its life is one, or follows one.</summary>
    public uint IsTarget;
    public uint Pad;
    public LongestWait Longest;
}

/// <summary>Calls that take locks and give them back, by probes.</summary>
public struct UseFigures
{
    public ulong Acquisitions;

    /// <summary>Of them: another thread had it, or it had to be waited for.</summary>
    public ulong Contended;

    /// <summary>Without it: it was busy, the time was over, or it would never have come.</summary>
    public ulong Failures;

    /// <summary>How long those that are contended took.</summary>
    public Histogram Acquires;
    public Histogram Holds;
}

/// <summary>How a life uses one lock: the value of the lock_uses map, by <see cref="LockKey"/>.</summary>
public struct LockUse
{
    /// <summary>CLOCK_BOOTTIME in ns of the activation that it counts from.</summary>
    public ulong Since;

    /// <summary>Likewise: when a call has met it first.</summary>
    public ulong First;
    public UseFigures Figures;

    /// <summary>CLOCK_BOOTTIME in ns.</summary>
    public ulong HeldSince;

    /// <summary>tid; 0: nobody, or it is read, or was taken before anybody looked.</summary>
    public int Holder;

    /// <summary>How often the holder has taken it.</summary>
    public uint Depth;

    /// <summary>The set of probes by which the holder is known.</summary>
    public uint Probes;
    public uint Pad;

    /// <summary>Hold: where it was given back.</summary>
    public LongestWait Longest;
}

/// <summary>The same of all locks of a process, or of a thread that is a target itself.</summary>
public struct UsesRecord
{
    public RecordHeader Header;
    public int Tgid;

    /// <summary>0: the process.</summary>
    public int Tid;
    public ulong StartId;
    public ulong Since;
    public UseFiguresOfKinds Kinds;
}

/// <summary>A thread that waits for a lock now.</summary>
public struct WaitRecord
{
    public RecordHeader Header;
    public int Tgid;
    public int Tid;

    /// <summary><c>start_boottime</c> of the thread in ns.</summary>
    public ulong StartId;

    /// <summary>That of its process.</summary>
    public ulong LeaderStartId;
    public ulong Address;

    /// <summary>CLOCK_BOOTTIME in ns; 0: before anybody looked.</summary>
    public ulong Begin;

    /// <summary>Voluntary ones of the thread: it stands still while they do.</summary>
    public ulong Switches;

    /// <summary>Where <see cref="Begin"/> is 0, by the call alone.</summary>
    public LockKind Kind;
    public OwnerPlace Place;

    /// <summary>That it has found in the word.</summary>
    public uint Value;

    /// <summary>Whether it ends by itself: 0 or 1.</summary>
    public uint HasTimeout;

    /// <summary>For whom it counts.</summary>
    public EventFlag Whose;
    public uint Program;

    /// <summary>Where it has called the kernel.</summary>
    public ulong Instruction;
    public ulong StackPointer;
    public ulong FramePointer;

    /// <summary>On the stack: there a probe has put its own address in place of the next one; 0: none has.</summary>
    public ulong ReturnAt;
    public ulong ReturnAddress;
    public Comm Comm;
}

/// <summary>By <see cref="LockKind"/>, the first two.</summary>
[InlineArray(Limits.WaitKinds)]
public struct LockTotalsOfKinds
{
    private LockTotals _first;
}

/// <summary>Addresses, the innermost first, then zeros.</summary>
[InlineArray(Limits.LockFrames)]
public struct LockStack
{
    private ulong _first;
}

[InlineArray(Limits.LockWords)]
public struct LockStackWords
{
    private ulong _first;
}

/// <summary>By <see cref="LockKind"/>, from <see cref="LockKind.Mutex"/> on.</summary>
[InlineArray(Limits.UseKinds)]
public struct UseFiguresOfKinds
{
    private UseFigures _first;
}
