using System.Text;
using ProcImage.Abi;

namespace ProcImage.Controller;

/// <summary>
/// The policies in the pinned maps, held for changing: whoever has it open is alone with them. Nothing is written
/// before everything has been checked.
/// </summary>
internal sealed class PolicyBook : IDisposable
{
    private readonly DirectoryLock _held;
    private Activity _activity;
    private readonly Policy[] _policies;
    private readonly List<uint> _free = [];
    private Control _control;

    private PolicyBook(KernelMaps maps)
    {
        Maps = maps;
        _held = maps.LockPolicies();
        _control = maps.ReadControl() with { Sweep = 0 };
        _activity = maps.ReadActivity();
        _policies = maps.ReadPolicies();

        // Only slots that no task can still carry: those that are freed in this change are not among them, and in turn,
        // since tasks that are gone but not yet freed carry one for some ms longer.
        for (uint i = 0; i < Limits.MaxPolicies - 1; i++)
            if ((_control.NextPolicyId - 1 + i) % (Limits.MaxPolicies - 1) + 1 is var slot && !IsTaken(slot))
                _free.Add(slot);
    }

    public KernelMaps Maps { get; }

    public ImageSet Preloaded => _control.Preloaded;

    /// <summary>Slots that have a policy.</summary>
    public IEnumerable<uint> Slots => Enumerable.Range(1, Limits.MaxPolicies - 1).Select(slot => (uint)slot)
        .Where(IsTaken);

    public ref readonly Policy this[uint slot] => ref _policies[slot];

    public static PolicyBook Open(string directory)
    {
        var maps = KernelMaps.OpenPinned(directory, Caller.Controller);
        try
        {
            return new PolicyBook(maps);
        }
        catch
        {
            maps.Dispose();
            throw;
        }
    }

    public int LoaderPid => _control.LoaderPid;

    /// <summary>How many policies can be added.</summary>
    public int Free => _free.Count;

    /// <summary>Its target lives and its deadline has not passed.</summary>
    public bool IsLive(uint slot) => _activity.Live[slot] && !_activity.Ended[slot];

    /// <summary>Nothing of it is to come any more. A dead target that was not reaped has its final record before it.</summary>
    public bool IsOver(uint slot) => !_activity.Live[slot];

    /// <summary>The slot of a target's policy, 0 where it has none.</summary>
    public uint Find(Target target) =>
        Slots.FirstOrDefault(slot => _policies[slot].Kind == target.Kind && _policies[slot].Target == target.Id);

    public uint Add(in Policy policy)
    {
        var slot = _free[0];
        _free.RemoveAt(0);
        Name(slot, policy); // it alone can fail; the name of a slot that is not live means nothing
        Write(slot, policy with { Id = _control.NextPolicyId++, Created = BootClock.Now });
        return slot;
    }

    public void Change(uint slot, in Policy policy)
    {
        Name(slot, policy); // somebody who was killed may have left it without
        Write(slot, policy);
    }

    public void Remove(uint slot)
    {
        var policy = _policies[slot];
        if (policy.Kind == TargetKind.All)
            _control.AllSlot = 0;
        else
            Maps.DeleteTarget(new TargetKey { Kind = policy.Kind, Id = policy.Target });
        Write(slot, default);
    }

    /// <summary>Once no policy is left: names that somebody else has written go too.</summary>
    public void RemoveTargets() => Maps.DeleteTargets();

    /// <summary>Puts the changes into force. On return the kernel does as they say.</summary>
    public void Apply()
    {
        Maps.Apply(_control);
        _activity = Maps.ReadActivity();
        Attachment.Detach(Maps);
    }

    /// <summary>The policy as the kernel side has it, bound to a life.</summary>
    public Policy Reread(uint slot) => _policies[slot] = Maps.ReadPolicy(slot);

    public void Dispose()
    {
        _held.Dispose();
        Maps.Dispose();
    }

    public static Comm Comm(string name)
    {
        var comm = default(Comm);
        var bytes = Encoding.UTF8.GetBytes(name);
        bytes.AsSpan(0, Math.Min(bytes.Length, Limits.CommSize - 1)).CopyTo(comm);
        return comm;
    }

    /// <summary>What counts in the kernel is taken, whatever somebody else has written over the policy.</summary>
    private bool IsTaken(uint slot) => _policies[slot].Kind != TargetKind.None || _activity.Live[slot];

    private void Name(uint slot, in Policy policy)
    {
        if (policy.Kind == TargetKind.All)
            _control.AllSlot = slot;
        else
            Maps.WriteTarget(new TargetKey { Kind = policy.Kind, Id = policy.Target }, slot);
    }

    /// <summary>
    /// The control map first: whoever comes after a controller that was killed here must not give the same id or sequence
    /// again.
    /// </summary>
    private void Write(uint slot, in Policy policy)
    {
        _policies[slot] = policy with { Sequence = _control.NextSequence++ };
        Maps.WriteControl(_control);
        Maps.WritePolicy(slot, _policies[slot]);
    }
}
