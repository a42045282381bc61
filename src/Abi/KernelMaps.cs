using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Libbpf;

namespace ProcImage.Abi;

/// <summary>
/// The pinned maps and iterators of a preloaded kernel side. They are checked before they are used: the ABI version,
/// then that each pin is what was pinned at preload.
/// </summary>
public sealed class KernelMaps : IDisposable
{
    private const uint Only = 0;
    private const uint RunsSeen = Limits.LossWords - 1;
    private const int TriesForEachLook = 50;
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(2);

    private readonly List<BpfMap> _opened = [];
    private readonly Caller _caller;
    private readonly BpfMap _control;
    private readonly BpfMap _policies;
    private readonly BpfMap _targets;
    private readonly BpfMap _activity;
    private readonly BpfMap _losses;
    private readonly BpfMap? _system;
    private readonly BpfMap? _shown;
    private readonly BpfMap? _exits;
    private readonly BpfMap? _events;
    private readonly BpfMap? _slices;
    private readonly BpfMap? _blocked;
    private readonly BpfMap? _locks;
    private readonly BpfMap? _lockUses;

    private KernelMaps(string directory, Caller caller)
    {
        Directory = directory;
        _caller = caller;
        try
        {
            _control = Open<Control>(Pins.Control, BpfMapType.Array, 1);
            PinCheck.Require(directory, ReadControl());
            _policies = Open<Policy>(Pins.Policies, BpfMapType.Array, Limits.MaxPolicies);
            _targets = Open<uint>(Pins.Targets, BpfMapType.Hash, Limits.MaxPolicies, Unsafe.SizeOf<TargetKey>());
            _activity = Open<Activity>(Pins.Activity, BpfMapType.Array, 1, readOnly: true);
            _losses = Open<ulong>(Pins.Losses, BpfMapType.PerCpuArray, Limits.LossWords, readOnly: caller != Caller.Loader);
            if (caller != Caller.Loader)
                return;
            _system = Open<SystemStats>(Pins.System, BpfMapType.PerCpuArray, 1, readOnly: true);
            _shown = Open<Shown>(Pins.Shown, BpfMapType.Hash, Limits.MaxShown, Unsafe.SizeOf<Life>());
            _exits = Open<ExitTotals>(Pins.Exits, BpfMapType.Array, 1);
            _events = Open(Pins.Events, BpfMapType.RingBuffer, 0, 0, Limits.EventsSize, readOnly: false);
            _blocked = Open<BlockedStats>(Pins.Blocked, BpfMapType.Hash, Limits.MaxBlocked, Unsafe.SizeOf<BlockedKey>());
            _lockUses = Open<LockUse>(Pins.LockUses, BpfMapType.Hash, Limits.MaxLockUses, Unsafe.SizeOf<LockKey>());
            _locks = Open<LockStats>(Pins.Locks, BpfMapType.Hash, Limits.MaxLocks, Unsafe.SizeOf<LockKey>());
            _slices = Open(Pins.Slices, BpfMapType.RingBuffer, 0, 0, Limits.SlicesSize, readOnly: false);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public string Directory { get; }

    /// <summary>The ring buffer; its reader is the loader alone.</summary>
    public BpfMap Events => Loaders(_events);

    /// <summary>The ring buffer of slices, likewise.</summary>
    public BpfMap Slices => Loaders(_slices);

    /// <param name="directory">Of the pins.</param>
    /// <param name="caller">Which of the tool's programs this is. The controller opens what it needs, and no
    /// more.</param>
    /// <exception cref="PinsException">Nothing is preloaded there, or something that cannot be used.</exception>
    /// <exception cref="BpfException">A pin cannot be opened.</exception>
    public static KernelMaps OpenPinned(string directory, Caller caller)
    {
        PinDirectory.RefuseForeign(directory);
        if (FileIdentity.Of(Pins.Map(directory, Pins.Control)) is not null)
            return new KernelMaps(directory, caller);
        // Where somebody holds it, it is being preloaded or taken down.
        if (FileIdentity.Of(directory) is not null && DirectoryLock.Holder(directory) is null)
            PinCheck.RefuseWithoutControl(directory);

        throw new PinsException(
            PinsProblem.NotPreloaded,
            $"nothing is preloaded at {directory}; start 'proc_image -a' first, or name its directory with --bpffs");
    }

    public Control ReadControl() => _control.Lookup<uint, Control>(Only);

    public void WriteControl(in Control control) => _control.Update(Only, control);

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

    public void DeleteTargets()
    {
        foreach (var key in _targets.Keys<TargetKey>())
            _targets.Delete(key);
    }

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

    /// <summary>
    /// Runs of programs that the kernel has left out, as a loader has last seen them: those by which something was lost, and all.
    /// </summary>
    public (ulong Lost, ulong Seen) ReadRunsLeftOut() => (ReadWord((uint)Loss.Run), ReadWord(RunsSeen));

    public void WriteRunsLeftOut(ulong lost, ulong seen)
    {
        WriteWord(RunsSeen, seen);
        WriteWord((uint)Loss.Run, lost);
    }

    /// <summary>All tasks on all CPUs since schedule, and since syscall, became active.</summary>
    /// <param name="activity">As read before.</param>
    public (Histogram Schedule, Histogram Syscall) ReadSystem(in Activity activity)
    {
        var perCpu = new SystemStats[Bpf.PossibleCpus];
        Loaders(_system).TryLookupPerCpu<uint, SystemStats>(Only, perCpu);
        var (schedule, syscall) = (default(Histogram), default(Histogram));
        foreach (var cpu in perCpu)
        {
            if (cpu.ScheduleEpoch == activity.ScheduleEpoch && activity.ScheduleEpoch != 0)
                schedule = Histogram.Add(schedule, cpu.Schedule);
            if (cpu.SyscallEpoch == activity.SyscallEpoch && activity.SyscallEpoch != 0)
                syscall = Histogram.Add(syscall, cpu.Syscall);
        }

        return (schedule, syscall);
    }

    public ExitTotals ReadExits() => Loaders(_exits).Lookup<uint, ExitTotals>(Only);

    public void WriteExits(in ExitTotals totals) => Loaders(_exits).Update(Only, totals);

    public bool TryFindShown(in Life life, out Shown shown) => Loaders(_shown).TryLookup(life, out shown);

    /// <summary>Returns how many were written: fewer than were given when there is no more room.</summary>
    public int WriteShown(ReadOnlySpan<Life> lives, ReadOnlySpan<Shown> shown) => Loaders(_shown).UpdateMany(lives, shown);

    public void DeleteShown(in Life life) => Loaders(_shown).Delete(life);

    public IReadOnlyList<Life> ReadShownLives() => Loaders(_shown).Keys<Life>();

    /// <summary>Where lives have blocked so far.</summary>
    public IReadOnlyList<BlockedKey> ReadBlockedKeys() => Loaders(_blocked).Keys<BlockedKey>();

    /// <summary>False when it was forgotten meanwhile.</summary>
    public bool TryReadBlocked(in BlockedKey key, out BlockedStats stats) => Loaders(_blocked).TryLookup(key, out stats);

    public void DeleteBlocked(in BlockedKey key) => Loaders(_blocked).Delete(key);

    /// <summary>At what lives have waited so far.</summary>
    public IReadOnlyList<LockKey> ReadLockKeys() => Loaders(_locks).Keys<LockKey>();

    /// <summary>False when it was forgotten meanwhile.</summary>
    public bool TryReadLock(in LockKey key, out LockStats stats) => Loaders(_locks).TryLookup(key, out stats);

    public void DeleteLock(in LockKey key) => Loaders(_locks).Delete(key);

    /// <summary>Which locks of probed targets have been used so far.</summary>
    public IReadOnlyList<LockKey> ReadLockUseKeys() => Loaders(_lockUses).Keys<LockKey>();

    /// <inheritdoc cref="TryReadLock"/>
    public bool TryReadLockUse(in LockKey key, out LockUse use) => Loaders(_lockUses).TryLookup(key, out use);

    public void DeleteLockUse(in LockKey key) => Loaders(_lockUses).Delete(key);

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
    /// <exception cref="PinsException">Somebody has it, and does not let go.</exception>
    public DirectoryLock LockPolicies()
    {
        int? holder = null;
        for (var since = Stopwatch.GetTimestamp(); ;)
        {
            for (var tries = 0; tries < TriesForEachLook; tries++)
            {
                if (TryLockPolicies() is { } held)
                    return held;
                Thread.Sleep(_pause);
            }

            var before = holder;
            holder = DirectoryLock.Holder(PolicyLock);
            if (holder != before)
                since = Stopwatch.GetTimestamp();
            else if (Stopwatch.GetElapsedTime(since) > _patience)
                throw new PinsException(
                    PinsProblem.Unusable,
                    $"{(holder is { } pid ? $"process {pid}" : "a process")} has held the policies of {Directory} for "
                    + $"{_patience.TotalSeconds} s; let it go on or end it, then try again");
        }
    }

    /// <summary>Null while somebody else changes policies.</summary>
    public DirectoryLock? TryLockPolicies() => DirectoryLock.TryTake(PolicyLock);

    public void Dispose() => _opened.ForEach(map => map.Dispose());

    private string PolicyLock => Path.Combine(Directory, Pins.Iterators);

    /// <summary>Of the losses, one that the loader writes, as that of the first CPU.</summary>
    private ulong ReadWord(uint index)
    {
        var perCpu = new ulong[Bpf.PossibleCpus];
        _losses.TryLookupPerCpu<uint, ulong>(index, perCpu);
        return perCpu[0];
    }

    private void WriteWord(uint index, ulong value)
    {
        var perCpu = new byte[_losses.PerCpuSize];
        MemoryMarshal.Write(perCpu, value);
        _losses.UpdatePerCpu(index, perCpu);
    }

    /// <summary>The controller does not open them.</summary>
    private static BpfMap Loaders(BpfMap? map) =>
        map ?? throw new InvalidOperationException("this map was opened for the loader alone");

    private BpfMap Open<TValue>(
        string name, BpfMapType type, int entries, int keySize = sizeof(uint), bool readOnly = false)
        where TValue : unmanaged => Open(name, type, keySize, Unsafe.SizeOf<TValue>(), entries, readOnly);

    private BpfMap Open(string name, BpfMapType type, int keySize, int valueSize, int entries, bool readOnly)
    {
        var path = Pins.Map(Directory, name);
        try
        {
            var map = BpfMap.OpenPinned(path, readOnly);
            _opened.Add(map);
            map.ExpectShape(type, keySize, valueSize, entries);
            return map;
        }
        catch (BpfException foreign) when (foreign.Errno is 0 or Errno.EINVAL)
        {
            throw PinCheck.Damaged($"{path} is not the map that was pinned there");
        }
    }
}
