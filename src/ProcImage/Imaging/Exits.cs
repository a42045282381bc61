using ProcImage.Abi;

namespace ProcImage.Imaging;

public enum ExitCause
{
    Exit,
    Signal,
    Oom,
}

/// <summary>
/// What imaged processes have left when they died, summed over all: so lives that are too short for any scrape count too.
/// </summary>
public sealed class Exits
{
    private readonly ulong[] _counts = new ulong[Enum.GetValues<ExitCause>().Length];
    private ScheduleStats _lifetimes;

    /// <summary>Of processes whose resources were imaged.</summary>
    public CpuTime Cpu { get; private set; }

    /// <summary>In ns, from start to death.</summary>
    public ref readonly ScheduleStats Lifetimes => ref _lifetimes;

    public ulong Count(ExitCause cause) => _counts[(int)cause];

    public void Add(Portrait portrait)
    {
        _counts[(int)CauseOf(portrait)]++;
        if (portrait.HasResources)
            Cpu = new CpuTime(Cpu.User + portrait.Resources.Cpu.User, Cpu.System + portrait.Resources.Cpu.System);
        if (portrait.ExitTime == 0)
            return;
        var lifetime = portrait.ExitTime - portrait.StartTime;
        _lifetimes.Sum += lifetime;
        _lifetimes.Buckets[ScheduleStats.BucketOf(lifetime)]++;
    }

    private static ExitCause CauseOf(Portrait portrait) =>
        portrait.WasOutOfMemory ? ExitCause.Oom
        : portrait.ExitSignal != 0 ? ExitCause.Signal
        : ExitCause.Exit;
}
