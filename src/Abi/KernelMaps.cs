using System.Runtime.CompilerServices;
using Libbpf;

namespace ProcImage.Abi;

/// <summary>
/// The pinned maps and iterators of a preloaded kernel side. Each map's shape is checked when it is opened, and the
/// ABI version before anything else is read.
/// </summary>
public sealed class KernelMaps : IDisposable
{
    private const uint Only = 0;

    private readonly Caller _caller;
    private readonly BpfMap _control;
    private readonly BpfMap _policies;
    private readonly BpfMap _targets;
    private readonly BpfMap _activity;
    private readonly BpfMap _losses;
    private readonly BpfMap? _system;
    private readonly BpfMap? _events;

    private KernelMaps(string directory, Caller caller)
    {
        Directory = directory;
        _caller = caller;
        _control = Open<Control>(Pins.Control, BpfMapType.Array, 1);
        var abi = ReadControl().Abi;
        if (abi != Limits.AbiVersion)
        {
            _control.Dispose();
            throw new PinsException(
                PinsProblem.Unusable,
                $"{directory} is of ABI version {abi}, this program of {Limits.AbiVersion}; "
                + "use the programs that preloaded it, or end it with its own 'controller -f'");
        }

        _policies = Open<Policy>(Pins.Policies, BpfMapType.Array, Limits.MaxPolicies);
        _targets = Open<uint>(Pins.Targets, BpfMapType.Hash, Limits.MaxPolicies, Unsafe.SizeOf<TargetKey>());
        _activity = OpenReadOnly<Activity>(Pins.Activity, BpfMapType.Array, 1);
        _losses = OpenReadOnly<ulong>(Pins.Losses, BpfMapType.PerCpuArray, (int)Loss.Losses);
        if (caller != Caller.Loader)
            return;
        _system = OpenReadOnly<SystemStats>(Pins.System, BpfMapType.PerCpuArray, 1);
        _events = BpfMap.OpenPinned(Pins.Map(directory, Pins.Events));
    }

    public string Directory { get; }

    /// <summary>The ring buffer; its reader is the loader alone.</summary>
    public BpfMap Events => _events ?? throw OnlyForTheLoader();

    /// <param name="directory">Of the pins.</param>
    /// <param name="caller">Which of the tool's programs this is. The controller opens what it needs, and no
    /// more.</param>
    /// <exception cref="PinsException">Nothing is preloaded there, or something that cannot be used.</exception>
    /// <exception cref="BpfException">A pin cannot be opened.</exception>
    public static KernelMaps OpenPinned(string directory, Caller caller)
    {
        PinDirectory.RefuseForeign(directory);
        if (FileIdentity.Of(Pins.Map(directory, Pins.Control)) is null)
            throw new PinsException(
                PinsProblem.NotPreloaded,
                $"nothing is preloaded at {directory}; start 'proc_image -a' first, or name its directory with --bpffs");
        return new KernelMaps(directory, caller);
    }

    public Control ReadControl() => _control.Lookup<uint, Control>(Only);

    private void WriteControl(in Control control) => _control.Update(Only, control);

    public Activity ReadActivity() => _activity.Lookup<uint, Activity>(Only);

    /// <summary>All slots; slot 0 is never used.</summary>
    public Policy[] ReadPolicies()
    {
        var policies = new Policy[Limits.MaxPolicies];
        _policies.ReadArray<Policy>(policies);
        return policies;
    }

    public Policy ReadPolicy(uint slot) => _policies.Lookup<uint, Policy>(slot);

    public void WritePolicy(uint slot, in Policy policy) => _policies.Update(slot, policy);

    public void WriteTarget(in TargetKey key, uint slot) => _targets.Update(key, slot);

    public void DeleteTarget(in TargetKey key) => _targets.Delete(key);

    /// <summary>Counts by <see cref="Loss"/>, over all CPUs.</summary>
    public ulong[] ReadLosses()
    {
        var counts = new ulong[(int)Loss.Losses];
        var perCpu = new ulong[Bpf.PossibleCpus];
        for (uint cause = 0; cause < counts.Length; cause++)
        {
            if (!_losses.TryLookupPerCpu<uint, ulong>(cause, perCpu))
                continue;
            foreach (var count in perCpu)
                counts[cause] += count;
        }

        return counts;
    }

    /// <summary>Run-queue delay of all tasks on all CPUs since schedule became active.</summary>
    public ScheduleStats ReadSystemSchedule()
    {
        var system = _system ?? throw OnlyForTheLoader();
        var perCpu = new SystemStats[Bpf.PossibleCpus];
        system.TryLookupPerCpu<uint, SystemStats>(Only, perCpu);
        var epoch = ReadActivity().ScheduleEpoch;
        var sum = default(ScheduleStats);
        foreach (var cpu in perCpu)
            if (cpu.ScheduleEpoch == epoch && epoch != 0)
                sum = ScheduleStats.Add(sum, cpu.Schedule);
        return sum;
    }

    /// <summary>Puts the policies that were written into force, on every task. On return the kernel does as they say.</summary>
    /// <param name="control">Written before. Under the policy lock, as read after it was taken.</param>
    /// <remarks>The kernel side learns the file of this program by it.</remarks>
    public void Apply(Control control)
    {
        WriteControl(control with { Caller = _caller });
        using var walk = OpenIterator(Pins.Apply);
        walk.Drain();
    }

    /// <summary>The same, and forgets what deactivated images have counted. Under the policy lock.</summary>
    public void Sweep()
    {
        var control = ReadControl();
        Apply(control with { Sweep = 1 });
        WriteControl(control);
    }

    public BpfIterator OpenIterator(string name) => BpfIterator.OpenPinned(Pins.Iterator(Directory, name));

    /// <summary>Held while policies are changed.</summary>
    public DirectoryLock LockPolicies() => DirectoryLock.Take(Path.Combine(Directory, Pins.Iterators));

    public void Dispose()
    {
        _control.Dispose();
        _policies.Dispose();
        _targets.Dispose();
        _activity.Dispose();
        _losses.Dispose();
        _system?.Dispose();
        _events?.Dispose();
    }

    private static InvalidOperationException OnlyForTheLoader() => new("this map was opened for the loader alone");

    private BpfMap OpenReadOnly<TValue>(string name, BpfMapType type, int entries)
        where TValue : unmanaged =>
        Open<TValue>(name, type, entries, readOnly: true);

    private BpfMap Open<TValue>(
        string name, BpfMapType type, int entries, int keySize = sizeof(uint), bool readOnly = false)
        where TValue : unmanaged
    {
        var map = BpfMap.OpenPinned(Pins.Map(Directory, name), readOnly);
        try
        {
            map.ExpectShape(type, keySize, Unsafe.SizeOf<TValue>(), entries);
            return map;
        }
        catch
        {
            map.Dispose();
            throw;
        }
    }
}
