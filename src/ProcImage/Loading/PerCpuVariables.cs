using Libbpf;

namespace ProcImage.Loading;

/// <summary>
/// Where variables that the kernel has for each CPU lie, by its own type information: programs reach those whose symbols
/// have no address, as in kernels without CONFIG_KALLSYMS_ALL.
/// </summary>
internal static class PerCpuVariables
{
    private const string RunQueue = "runqueues";

    /// <summary>
    /// On x86; arm64 has it in each task. In 6.2 to 6.14 it lies behind a pointer in another variable. (A type that the kernel
    /// does not have would be looked for in its modules, which takes CAP_SYS_ADMIN.)
    /// </summary>
    private static readonly (string Variable, int Offset)[] _preemptCounts = [("__preempt_count", 0), ("pcpu_hot", 8)];

    /// <summary>Bytes; null where the kernel does not say it.</summary>
    public static long? PreemptCountBehindRunQueue() =>
        _preemptCounts.Select(place => Bpf.Distance(RunQueue, place.Variable) + place.Offset)
            .FirstOrDefault(distance => distance is not null);
}
