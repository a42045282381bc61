using System.Globalization;

namespace ProcImage.Metrics;

/// <summary>The whole machine, from /proc: the reference beside a process.</summary>
/// <param name="CpuSeconds">By mode, of all CPUs since boot; /proc/stat.</param>
/// <param name="MemoryAvailable">Bytes; MemAvailable of /proc/meminfo.</param>
/// <param name="StorageRead">Bytes since boot; /proc/diskstats, whole disks only.</param>
/// <param name="StorageWritten">Bytes since boot.</param>
public sealed record HostFigures(
    IReadOnlyList<(string Mode, ulong Nanoseconds)> CpuSeconds, ulong MemoryAvailable, ulong StorageRead, ulong StorageWritten)
{
    private const ulong NanosecondsPerTick = 10_000_000;
    private const ulong SectorSize = 512; // of diskstats, whatever the disk has
    private static readonly string[] _modes = ["user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal"];

    /// <exception cref="IOException">/proc cannot be read.</exception>
    public static HostFigures Read()
    {
        var (read, written) = ReadStorage();
        return new HostFigures(ReadCpu(), ReadMemoryAvailable(), read, written);
    }

    private static (string, ulong)[] ReadCpu()
    {
        var line = File.ReadLines("/proc/stat").First();
        var ticks = line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).ToArray();
        return _modes.Select((mode, i) => (mode, Number(ticks[i]) * NanosecondsPerTick)).ToArray();
    }

    private static ulong ReadMemoryAvailable()
    {
        const string Key = "MemAvailable:";
        var line = File.ReadLines("/proc/meminfo").First(each => each.StartsWith(Key, StringComparison.Ordinal));
        return Number(line[Key.Length..].Replace("kB", "").Trim()) * 1024;
    }

    /// <summary>Disks that have a device behind them: partitions, and what lies on other disks, would count twice.</summary>
    private static (ulong Read, ulong Written) ReadStorage()
    {
        ulong read = 0, written = 0;
        foreach (var line in File.ReadLines("/proc/diskstats"))
        {
            var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (!Directory.Exists($"/sys/block/{fields[2].Replace('/', '!')}/device"))
                continue;
            read += Number(fields[5]) * SectorSize;
            written += Number(fields[9]) * SectorSize;
        }

        return (read, written);
    }

    private static ulong Number(string text) => ulong.Parse(text, CultureInfo.InvariantCulture);
}
