namespace ProcImage.Abi;

/// <summary>The constants of <c>bpf/abi.h</c>.</summary>
public static class Limits
{
    public const int AbiVersion = 8;

    /// <summary>Bytes of a task's name, with the closing zero.</summary>
    public const int CommSize = 16;

    /// <summary>Policy slots; slot 0 is never used.</summary>
    public const int MaxPolicies = 1024;
    public const int PolicyWords = MaxPolicies / 64;

    /// <summary>Buckets of a histogram: up to 2^11, 2^12, ... 2^34 ns, and above.</summary>
    public const int HistogramBuckets = 25;
    public const int FirstBoundLog2 = 11;

    /// <summary>Bytes of the ring buffer.</summary>
    public const int EventsSize = 4 << 20;

    /// <summary>Bytes of the ring buffer of slices.</summary>
    public const int SlicesSize = 8 << 20;

    /// <summary>Places at which lives have blocked.</summary>
    public const int MaxBlocked = 8192;

    /// <summary>Addresses kept of a kernel stack, the innermost first.</summary>
    public const int KernelFrames = 48;

    /// <summary>Of a user stack.</summary>
    public const int UserFrames = 127;

    /// <summary>Kept from the top of the user stack's memory.</summary>
    public const int StackWords = 256;

    /// <summary>Of them, that tell places apart, where a walk has found more than <see cref="FewFrames"/>.</summary>
    public const int PlaceWords = 48;

    /// <summary>Else all of them do: such a walk has found next to nothing.</summary>
    public const int FewFrames = 3;

    /// <summary>Of the map of losses: behind them, how many runs the loader has seen left out.</summary>
    public const int LossWords = (int)Loss.Losses + 1;

    /// <summary>Lives whose figures outlive their loader.</summary>
    public const int MaxShown = 32768;
    public const int MaxPins = 64;

    /// <summary>Bytes kept of the path of a program, with the closing zero.</summary>
    public const int FileSize = 256;

    /// <summary>Bytes kept of its arguments.</summary>
    public const int ArgumentsSize = 512;

    /// <summary>Names kept of the path of a cgroup, from its end.</summary>
    public const int CgroupLevels = 8;
    public const int CgroupNameSize = 80;

    /// <summary>Different system calls of a life; the others share the first row.</summary>
    public const int CallRows = 120;

    /// <summary>Different errors of them.</summary>
    public const int CallErrors = 64;

    /// <summary>The latest system calls of a thread, some more than are shown, since they change meanwhile.</summary>
    public const int CallsKept = 52;

    /// <summary>Threads that were in a system call when their process died.</summary>
    public const int CallsAtDeath = 8;

    /// <summary>Addresses at which lives have waited.</summary>
    public const int MaxLocks = 16384;

    /// <summary>Kinds of locks: what is known of a wait in futex(2).</summary>
    public const int WaitKinds = 2;

    /// <summary>And by probes: all but the first.</summary>
    public const int UseKinds = 4;

    /// <summary>Locks of targets that are probed.</summary>
    public const int MaxLockUses = 4096;

    /// <summary>Such targets.</summary>
    public const int MaxUseLives = 1024;

    /// <summary>Lives that have waited.</summary>
    public const int MaxLockLives = 32768;

    /// <summary>Addresses kept of the user stack of the longest wait, the innermost first.</summary>
    public const int LockFrames = 64;

    /// <summary>Kept from the top of its memory.</summary>
    public const int LockWords = 128;

    /// <summary>The beginning of a call was not seen, or it has not ended.</summary>
    public const ulong CallTimeUnknown = ulong.MaxValue;
}
