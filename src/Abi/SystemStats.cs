namespace ProcImage.Abi;

/// <summary>The system's reference on one CPU: an element of the per-CPU system map.</summary>
public struct SystemStats
{
    /// <summary>Figures of another epoch than <see cref="Activity.ScheduleEpoch"/> are old.</summary>
    public uint ScheduleEpoch;
    public uint Pad;
    public ulong Running;
    public ScheduleStats Schedule;
}
