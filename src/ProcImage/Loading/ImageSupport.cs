using Libbpf;
using ProcImage.Abi;

namespace ProcImage.Loading;

/// <summary>Which hooks and probes each image needs.</summary>
internal static class ImageSupport
{
    private static readonly Lazy<bool> _hasPrepareExec = new(() => Bpf.HasTracepoint(Pins.PrepareExecHook));

    // The event has had the sizes of the task since the hook has had the task itself: 6.8.
    private static readonly Lazy<bool> _hasVictim = new(() => Bpf.HasMember($"trace_event_raw_{Pins.VictimHook}", "total_vm"));

    // Since 6.6, but up to 6.11 it calls the program for one thread of the process alone, or for none after the first one has ended.
    // The consumers of a probe have been in a list of this kind since 6.12.
    private static readonly Lazy<bool> _hasManyProbes = new(
        () => Bpf.HasFunction("bpf_uprobe_multi_link_attach") && Bpf.HasMember("uprobe_consumer", "cons_node"));

    /// <summary>Whether one link can have many probes of all threads of a process: 6.12.</summary>
    public static bool HasManyProbes => _hasManyProbes.Value;

    /// <summary>Programs of probes, where an image needs them.</summary>
    public static IReadOnlyList<string> ProbePrograms(ImageSet images) => images.HasFlag(ImageSet.Lock) ? Pins.ProbePrograms : [];

    /// <summary>Those that this kernel has.</summary>
    /// <exception cref="BpfException">There is no libbpf 1.x.</exception>
    public static IReadOnlyList<string> Hooks(ImageSet images) =>
        [.. Pins.HooksOf(images).Where(IsThere)];

    private static bool IsThere(string hook) => hook switch
    {
        Pins.PrepareExecHook => _hasPrepareExec.Value,
        Pins.VictimHook => _hasVictim.Value,
        _ => true,
    };

    /// <summary>What was asked for.</summary>
    public static ImageSet Select(LoaderOptions options) => options.All
        ? ImageSet.All
        : options.Images | (options.Images.HasFlag(ImageSet.Keytime) ? ImageSet.Ledger : ImageSet.None);
}
