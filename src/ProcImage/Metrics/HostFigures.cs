using System.Globalization;
using ProcImage.Imaging;

namespace ProcImage.Metrics;

/// <summary>The whole machine, from /proc: the reference beside a process.</summary>
/// <param name="Cpu">Of all CPUs.</param>
/// <param name="MemoryAvailable">Bytes; MemAvailable of /proc/meminfo.</param>
/// <param name="StorageRead">Bytes since boot; /proc/diskstats, whole disks only.</param>
/// <param name="StorageWritten">Bytes since boot.</param>
public sealed record HostFigures(
    CpuTimes Cpu, ulong MemoryAvailable, ulong StorageRead, ulong StorageWritten)
{
    private const ulong SectorSize = 512; // of diskstats, whatever the disk has

    /// <exception cref="IOException">/proc cannot be read.</exception>
    public static HostFigures Read()
    {
        var (read, written) = ReadStorage();
        return new HostFigures(CpuTimes.ReadAll(), ReadMemoryAvailable(), read, written);
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
