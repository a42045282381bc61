namespace ProcImage.Abi;

/// <summary>The single element of the activity map: which policies count. Written by the kernel side alone.</summary>
public struct Activity
{
    /// <summary>How many live policies have the image.</summary>
    public CountByImage Active;
    public uint Policies;
    public uint ScheduleEpoch;

    /// <summary>The epoch in which every task has storage.</summary>
    public uint ScheduleReady;

    /// <summary>Raised when the syscall image goes from inactive to active.</summary>
    public uint SyscallEpoch;
    public SlotBits Live;

    /// <summary>The target has died or the deadline has passed.</summary>
    public SlotBits Ended;

    /// <summary>The target is gone: the policy ends with the last one that it follows.</summary>
    public SlotBits Orphaned;
    public SlotBitsByImage Collect;

    /// <summary>Their activation is under way.</summary>
    public SlotBits Fresh;

    /// <summary>The sequence of the policy that is in force.</summary>
    public SequenceBySlot Applied;

    /// <summary>Tasks that the policy names by their ancestor, until they are freed.</summary>
    public CountBySlot Followed;

    /// <summary>CLOCK_BOOTTIME in ns of the last activation.</summary>
    public ulong AppliedAt;

    /// <summary>Devices (<c>super_block.s_dev</c>) of the tool's own programs, as the kernel side has met them.</summary>
    public OwnPrograms OwnDevice;
    public OwnPrograms OwnInode;

    /// <summary>Adding it to a run queue's clock gives CLOCK_BOOTTIME; 0 while it is not known.</summary>
    public ulong ClockOffset;

    /// <summary>That clock, when it was found.</summary>
    public ulong ClockOffsetAt;

    /// <summary>CLOCK_BOOTTIME less CLOCK_MONOTONIC in ns: how long the machine has slept.</summary>
    public ulong Slept;

    /// <summary>As the kernel has it, whatever pid namespace the loader lives in.</summary>
    public int LoaderTgid;

    /// <summary>Changes whenever what counts for a task may have changed.</summary>
    public uint Generation;

    /// <summary>Images that some live policy has.</summary>
    public readonly ImageSet Counting
    {
        get
        {
            var counting = ImageSet.None;
            for (var image = 0; image < (int)Image.Images; image++)
                if (Active[image] > 0)
                    counting |= (ImageSet)(1u << image);
            return counting;
        }
    }
}
