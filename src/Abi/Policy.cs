namespace ProcImage.Abi;

/// <summary>An element of the policies map, at its slot.</summary>
public struct Policy
{
    /// <summary>What users see: 1, 2, 3, ...</summary>
    public uint Id;
    public TargetKind Kind;

    /// <summary>tgid, tid or CPU.</summary>
    public int Target;
    public ImageSet Images;
    public PolicyFlag Flags;

    /// <summary>Changes with every write: it tells apply that there is something to do.</summary>
    public uint Sequence;

    /// <summary>The life it is bound to: <c>task_struct.start_boottime</c> in ns; 0 until the kernel side has met it.</summary>
    public ulong StartId;

    /// <summary>ns from the end of its activation; 0 for ever.</summary>
    public ulong Duration;

    /// <summary>CLOCK_BOOTTIME in ns; filled in by the kernel side, 0 until then and where there is none.</summary>
    public ulong Deadline;

    /// <summary>CLOCK_BOOTTIME in ns.</summary>
    public ulong Created;
    public uint KeytimeLevel;
    public uint SyscallSequence;

    /// <summary>Of the set of probes that count, as the upper half of their cookies has it; 0: none.</summary>
    public uint Probes;
    public uint Pad;
    public Comm Comm;

    /// <summary>Whether the locks of its target are imaged by probes.</summary>
    public readonly bool WantsProbes => Images.HasFlag(ImageSet.Lock) && Flags.HasFlag(PolicyFlag.Exact);
}
