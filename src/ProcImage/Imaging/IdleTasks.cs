using System.Globalization;
using System.Runtime.InteropServices;
using Libbpf;
using ProcImage.Abi;

namespace ProcImage.Imaging;

/// <summary>Reads the idle tasks that policies name. No figure steps back, though the kernel's iowait does.</summary>
public sealed class IdleTasks(KernelMaps maps)
{
    private const ulong NanosecondsPerTick = 10_000_000; // USER_HZ is 100 wherever Linux runs today
    private readonly Dictionary<int, IdleTask> _last = [];

    /// <summary>Those that are imaged now. A CPU that is offline has none.</summary>
    /// <exception cref="BpfException">The iterator cannot be read.</exception>
    /// <exception cref="IOException">/proc/stat cannot be read.</exception>
    public IReadOnlyList<IdleTask> Read(Policy[] policies, Activity activity)
    {
        var cpus = Enumerable.Range(1, Limits.MaxPolicies - 1)
            .Where(slot => policies[slot].Kind == TargetKind.Idle && activity.Live[(uint)slot])
            .Select(slot => policies[slot].Target)
            .ToList();
        if (cpus.Count == 0)
            return [];
        var times = ReadTimes();
        return cpus.ConvertAll(cpu => ReadOne(cpu, times)).OfType<IdleTask>().ToList();
    }

    private IdleTask? ReadOne(int cpu, Dictionary<int, (ulong Idle, ulong Iowait)> times)
    {
        var found = default(IdleRecord);
        using (var here = CpuAffinity.TryStayOn(cpu))
        {
            if (here is null || !times.TryGetValue(cpu, out _))
                return null;
            using var iterator = maps.OpenIterator(Pins.Idle);
            RecordStream.ReadAll(iterator, (in RecordHeader _, ReadOnlySpan<byte> record) =>
                found = MemoryMarshal.Read<IdleRecord>(record));
        }

        var (idle, iowait) = times[cpu];
        var last = _last.GetValueOrDefault(cpu);
        return _last[cpu] = new IdleTask(
            cpu,
            found.Comm.ToString(),
            Math.Max(idle, last?.Idle ?? 0),
            Math.Max(iowait, last?.Iowait ?? 0),
            found.VoluntarySwitches + found.InvoluntarySwitches);
    }

    private static Dictionary<int, (ulong Idle, ulong Iowait)> ReadTimes()
    {
        var times = new Dictionary<int, (ulong, ulong)>();
        foreach (var line in File.ReadLines("/proc/stat").Where(line => line.StartsWith("cpu", StringComparison.Ordinal)))
        {
            var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (int.TryParse(fields[0].AsSpan("cpu".Length), CultureInfo.InvariantCulture, out var cpu))
                times[cpu] = (Nanoseconds(fields[4]), Nanoseconds(fields[5]));
        }

        return times;
    }

    private static ulong Nanoseconds(string ticks) => ulong.Parse(ticks, CultureInfo.InvariantCulture) * NanosecondsPerTick;
}
