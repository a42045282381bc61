namespace ProcImage.Abi;

/// <summary>What a loader shows of a life, written before it is shown: the next loader never goes below it.</summary>
public struct Shown
{
    /// <summary>User and system time add up to the runtime.</summary>
    public ResourceUsage Usage;

    /// <summary>Resident bytes.</summary>
    public ulong Peak;

    /// <summary>CLOCK_BOOTTIME in ns of the activation that the delays count from.</summary>
    public ulong ScheduleSince;
    public Histogram Schedule;
    public ulong KeytimeSince;
    public ulong LedgerSince;
    public KeytimeStats Keytime;

    /// <summary>CLOCK_BOOTTIME in ns; like exit code and cause of the record of its death.</summary>
    public ulong ExitTime;
    public int ExitCode;

    /// <summary>Those that counted last.</summary>
    public ImageSet Images;
    public uint Dead;
    public uint Oom;

    /// <summary>1: it is in <see cref="ExitTotals"/>, although no final record has come.</summary>
    public uint Counted;

    /// <summary>1: the kernel has left out programs while it was imaged.</summary>
    public uint LacksRun;
    public Comm Comm;
}
