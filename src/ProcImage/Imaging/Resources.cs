using ProcImage.Abi;

namespace ProcImage.Imaging;

/// <summary>The resource image as it is shown. Counters never step back.</summary>
public sealed class Resources
{
    private static readonly ulong _pageSize = (ulong)Environment.SystemPageSize;
    private ResourceUsage _usage;

    /// <summary>ns; see <see cref="CpuTime.Scale"/>.</summary>
    public CpuTime Cpu { get; private set; }

    public ref readonly ResourceUsage Usage => ref _usage;

    public ulong ResidentBytes { get; private set; }

    public ulong ResidentPeakBytes { get; private set; }

    public ulong VirtualBytes { get; private set; }

    /// <summary>Of everything that only grows: another one when any of it has changed.</summary>
    public ulong Sum => Cpu.Total + Cpu.User + ResidentPeakBytes + _usage.VoluntarySwitches + _usage.InvoluntarySwitches
        + _usage.MinorFaults + _usage.MajorFaults + _usage.ReadChars + _usage.WrittenChars + _usage.ReadBytes
        + _usage.WrittenBytes;

    /// <summary>Goes on from what an earlier loader has shown.</summary>
    public void Recall(in Shown shown)
    {
        _usage = shown.Usage;
        Cpu = new CpuTime(shown.Usage.User, shown.Usage.System);
        ResidentPeakBytes = shown.Peak;
    }

    /// <summary>Takes over a newer reading.</summary>
    /// <param name="record">Memory, and what the kernel has shown of the CPU times.</param>
    /// <param name="usage">Of all threads; one that exited during the reading may be missing.</param>
    public void Advance(in ProcessRecord record, in ResourceUsage usage)
    {
        if (record.ShownUser >= Cpu.User && record.ShownSystem >= Cpu.System)
            Cpu = new CpuTime(record.ShownUser, record.ShownSystem);
        Cpu = CpuTime.Scale(usage.User, usage.System, usage.Runtime, Cpu);

        _usage.VoluntarySwitches = Math.Max(_usage.VoluntarySwitches, usage.VoluntarySwitches);
        _usage.InvoluntarySwitches = Math.Max(_usage.InvoluntarySwitches, usage.InvoluntarySwitches);
        _usage.MinorFaults = Math.Max(_usage.MinorFaults, usage.MinorFaults);
        _usage.MajorFaults = Math.Max(_usage.MajorFaults, usage.MajorFaults);
        _usage.ReadChars = Math.Max(_usage.ReadChars, usage.ReadChars);
        _usage.WrittenChars = Math.Max(_usage.WrittenChars, usage.WrittenChars);
        _usage.ReadBytes = Math.Max(_usage.ReadBytes, usage.ReadBytes);
        _usage.WrittenBytes = Math.Max(_usage.WrittenBytes, usage.WrittenBytes);

        ResidentBytes = record.Memory.Resident * _pageSize;
        ResidentPeakBytes = Math.Max(ResidentPeakBytes, record.Memory.Peak * _pageSize);
        VirtualBytes = record.Memory.Virtual * _pageSize;
    }
}
