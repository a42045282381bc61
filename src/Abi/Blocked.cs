namespace ProcImage.Abi;

/// <summary>Where a life has blocked: the key of the blocked map.</summary>
public record struct BlockedKey
{
    public Life Life;

    /// <summary>A hash of both, and of return addresses on top of the user stack.</summary>
    public ulong Stacks;
    public TimeState State;

    /// <summary>Another one after each exec.</summary>
    public uint Program;
}

public struct BlockedStats
{
    /// <summary>ns; what it waits for a CPU afterwards is not in it.</summary>
    public ulong Time;
    public ulong Count;

    /// <summary>ns.</summary>
    public ulong Max;

    /// <summary>CLOCK_BOOTTIME in ns: when it blocked there first.</summary>
    public ulong Since;

    public KernelStack KernelStack;
    public UserStack UserStack;

    /// <summary>Of the program file.</summary>
    public ulong CodeStart;
    public ulong CodeEnd;

    /// <summary>Where the words were; 0 where nothing is known of them.</summary>
    public ulong StackPointer;

    /// <summary>Of the first time: where a function without a frame was called from is on top of the stack.</summary>
    public StackWords Words;
}
