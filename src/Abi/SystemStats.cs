namespace ProcImage.Abi;

/// <summary>The system's reference on one CPU: an element of the per-CPU system map.</summary>
public struct SystemStats
{
    /// <summary>Figures of another epoch than <see cref="Activity.ScheduleEpoch"/> are old.</summary>
    public uint ScheduleEpoch;

    /// <summary>The same of <see cref="Activity.SyscallEpoch"/>.</summary>
    public uint SyscallEpoch;
    public ulong Running;
    public Histogram Schedule;
    public Histogram Syscall;
}
