using Libbpf;

namespace ProcImage.Loading;

/// <summary>
/// Where variables that the kernel has for each CPU lie, by its own type information: programs reach those whose symbols
/// have no address, as in kernels without CONFIG_KALLSYMS_ALL.
/// </summary>
internal static class PerCpuVariables
{
    private const string RunQueue = "runqueues";

    /// <summary>Where the preemption count is: in 6.2 to 6.14 within another variable; not on arm64.</summary>
    private static readonly string[] _preemptCounts = ["__preempt_count", "pcpu_hot"];

    /// <summary>Bytes; null where the kernel does not say it.</summary>
    public static long? PreemptCountBehindRunQueue() =>
        _preemptCounts.Select(variable => Bpf.Distance(RunQueue, variable)).FirstOrDefault(distance => distance is not null);
}
