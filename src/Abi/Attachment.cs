using Libbpf;

namespace ProcImage.Abi;

/// <summary>
/// Programs that are attached only while a policy needs them: in standby all, else that on wake-ups alone. Nothing in the
/// kernel takes a pinned link away, so those who change policies do. Under the policy lock.
/// </summary>
public static class Attachment
{
    private static readonly int _standbyPin = Pins.IndexOf(Pins.Programs, Pins.LifeHooks[0]);

    /// <summary>Whether nothing at all is attached before a policy needs it.</summary>
    public static bool IsStandby(KernelMaps maps) => maps.ReadControl().Pins[_standbyPin] != 0;

    /// <summary>
    /// Whether anything is attached. Members of a group cannot see the links; they know what policies need.
    /// </summary>
    public static bool IsAny(KernelMaps maps) =>
        !IsStandby(maps)
        || Needed(maps).Count > 0
        || Pins.In(Pins.Links).Any(hook => File.Exists(Pins.Link(maps.Directory, hook)));

    /// <summary>Whether any target has a ledger: it alone has slices and stacks.</summary>
    public static bool TellsSlices(KernelMaps maps) => Needed(maps).Contains(Pins.WakingHook);

    /// <summary>Attaches what a policy needs and is not attached.</summary>
    /// <exception cref="BpfException">
    /// A program cannot be attached, or only by the owner of the pins; what was attached before stays.
    /// </exception>
    public static void Attach(KernelMaps maps, TargetKind kind, ImageSet images)
    {
        var needed = Needed(maps);
        foreach (var hook in HooksOf(kind, images).Intersect(OnDemand(maps)))
        {
            try
            {
                Attach(maps.Directory, hook);
            }
            catch (BpfException denied)
                when (denied.Errno == Errno.EACCES && (needed.Contains(hook) || hook == Pins.WakingHook))
            {
                // A member of a group cannot see it, but that the owner has attached it for another policy. Who has woken
                // a thread up is then not known.
            }
        }
    }

    /// <summary>
    /// Takes up what another loader has left: what is missing was never attached by a member of a group, or is lost.
    /// </summary>
    /// <exception cref="PinsException">A hook that a policy needs is not attached, or something else is in its place.</exception>
    public static void Adopt(KernelMaps maps)
    {
        foreach (var hook in Needed(maps).Intersect(OnDemand(maps)))
        {
            if (FileIdentity.Of(Pins.Program(maps.Directory, hook)) is null)
                continue; // not in this kernel
            if (hook == Pins.WakingHook)
                Attach(maps.Directory, hook);
            using var program = PinnedProgram.Open(Pins.Program(maps.Directory, hook));
            PinCheck.RequireLink(Pins.Link(maps.Directory, hook), program.Info().Id);
        }
    }

    /// <summary>Takes away what the policies in force do not need.</summary>
    public static void Detach(KernelMaps maps)
    {
        try
        {
            foreach (var hook in OnDemand(maps).Except(Needed(maps)))
                File.Delete(Pins.Link(maps.Directory, hook));
            var probed = Probed(maps);
            foreach (var (pin, policy, set) in ProbePins.All(maps.Directory))
                if (!probed.Contains((policy, set)))
                    TakeAway(pin);
        }
        catch (UnauthorizedAccessException)
        {
            // A member of a group may not; the loader does, which is told of each change.
        }
    }

    /// <summary>
    /// On return the traps are gone: whoever closes the last descriptor of a link takes it down himself. Where only a pin goes, a worker
    /// of the kernel does it later.
    /// </summary>
    private static void TakeAway(string pin)
    {
        using var link = TryOpen(pin);
        File.Delete(pin);
    }

    private static BpfLink? TryOpen(string pin)
    {
        try
        {
            return BpfLink.OpenPinned(pin);
        }
        catch (BpfException)
        {
            return null; // to delete it may still be allowed, and says else what is wrong
        }
    }

    private static IReadOnlyList<string> OnDemand(KernelMaps maps) =>
        IsStandby(maps) ? Pins.In(Pins.Links) : [Pins.WakingHook];

    private static void Attach(string directory, string hook)
    {
        var pin = Pins.Program(directory, hook);
        if (FileIdentity.Of(pin) is null || File.Exists(Pins.Link(directory, hook)))
            return; // not in this kernel, or attached
        using var program = PinnedProgram.Open(pin);
        using var link = program.Attach();
        link.Pin(Pins.Link(directory, hook));
    }

    /// <summary>Only targets have slices, which say who has woken a thread up. Idle tasks need no hook.</summary>
    private static IEnumerable<string> HooksOf(TargetKind kind, ImageSet images) => kind switch
    {
        TargetKind.None or TargetKind.Idle => [],
        TargetKind.All => Pins.HooksOf(images).Except([Pins.WakingHook]),
        _ => Pins.HooksOf(images),
    };

    /// <summary>
    /// By the policies in force, and by those that any walk would put in force: a controller may have been killed before
    /// its own.
    /// </summary>
    private static HashSet<string> Needed(KernelMaps maps) =>
        [.. InForce(maps).SelectMany(policy => HooksOf(policy.Kind, policy.Images))];

    /// <summary>Ids of the policies that want probes, each with the set that it has.</summary>
    private static HashSet<(uint Policy, uint Set)> Probed(KernelMaps maps) =>
        [.. InForce(maps).Where(policy => policy.WantsProbes).Select(policy => (policy.Id, policy.Probes))];

    private static List<Policy> InForce(KernelMaps maps)
    {
        var activity = maps.ReadActivity();
        var policies = maps.ReadPolicies();
        return
        [
            .. Enumerable.Range(1, Limits.MaxPolicies - 1)
                .Where(slot => activity.Live[(uint)slot] || activity.Applied[slot] != policies[slot].Sequence)
                .Select(slot => policies[slot]),
        ];
    }
}
