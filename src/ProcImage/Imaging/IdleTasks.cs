using System.Runtime.InteropServices;
using Libbpf;
using ProcImage.Abi;

namespace ProcImage.Imaging;

/// <summary>Reads the idle tasks that policies name. No figure steps back, though the kernel's iowait does.</summary>
public sealed class IdleTasks(KernelMaps maps)
{
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
        var times = CpuTimes.ReadByCpu();
        return cpus.ConvertAll(cpu => ReadOne(cpu, times)).OfType<IdleTask>().ToList();
    }

    private IdleTask? ReadOne(int cpu, IReadOnlyDictionary<int, CpuTimes> times)
    {
        if (!times.TryGetValue(cpu, out var time))
            return null;
        var found = default(IdleRecord);
        using (var here = CpuAffinity.TryStayOn(cpu))
        {
            if (here is null)
                return null;
            using var iterator = maps.OpenIterator(Pins.Idle);
            RecordStream.ReadAll(iterator, (in RecordHeader _, ReadOnlySpan<byte> record) =>
                found = MemoryMarshal.Read<IdleRecord>(record));
        }

        var last = _last.GetValueOrDefault(cpu);
        return _last[cpu] = new IdleTask(
            cpu,
            found.Comm.ToString(),
            Math.Max(time.Idle, last?.Idle ?? 0),
            Math.Max(time.Iowait, last?.Iowait ?? 0),
            found.VoluntarySwitches + found.InvoluntarySwitches);
    }
}
