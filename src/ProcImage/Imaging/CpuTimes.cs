using System.Globalization;
using ProcImage.Abi;

namespace ProcImage.Imaging;

/// <summary>How long CPUs have been in each mode since boot, from /proc/stat.</summary>
/// <param name="Nanoseconds">In the order of <see cref="Modes"/>.</param>
public sealed record CpuTimes(IReadOnlyList<ulong> Nanoseconds)
{
    private const string AllCpus = "cpu";

    public static IReadOnlyList<string> Modes { get; } = ["user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal"];

    public ulong Idle => Nanoseconds[3];

    public ulong Iowait => Nanoseconds[4];

    /// <summary>Of all CPUs together.</summary>
    /// <exception cref="IOException">/proc cannot be read.</exception>
    public static CpuTimes ReadAll() => Rows().First(row => row.Name == AllCpus).Times;

    /// <summary>Of each CPU that is online.</summary>
    /// <exception cref="IOException">/proc cannot be read.</exception>
    public static IReadOnlyDictionary<int, CpuTimes> ReadByCpu() => Rows()
        .Where(row => row.Name != AllCpus)
        .ToDictionary(row => int.Parse(row.Name.AsSpan(AllCpus.Length), CultureInfo.InvariantCulture), row => row.Times);

    private static IEnumerable<(string Name, CpuTimes Times)> Rows() => File.ReadLines("/proc/stat")
        .TakeWhile(line => line.StartsWith(AllCpus, StringComparison.Ordinal))
        .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .Select(fields => (fields[0], new CpuTimes(fields[1..(1 + Modes.Count)]
            .Select(ticks => ulong.Parse(ticks, CultureInfo.InvariantCulture) * ProcStat.NanosecondsPerTick)
            .ToArray())));
}
