using Libbpf;

namespace ProcImage.Abi;

/// <summary>
/// Kernel sides whose programs are attached only while a policy needs them. Nothing in the kernel takes a pinned link away,
/// so those who change policies do. Under the policy lock.
/// </summary>
public static class Standby
{
    public static bool Is(string directory) => Directory.Exists(Path.Combine(directory, Pins.Programs));

    /// <summary>
    /// Whether a program is attached. Members of a group cannot see the links; they know what policies need.
    /// </summary>
    public static bool IsAttached(KernelMaps maps) =>
        !Is(maps.Directory)
        || Needed(maps) != ImageSet.None
        || Pins.In(Pins.Links).Any(hook => File.Exists(Pins.Link(maps.Directory, hook)));

    /// <summary>Attaches what these images need and is not attached. Nothing to do but in standby.</summary>
    /// <exception cref="BpfException">
    /// A program cannot be attached, or only by the owner of the pins; what was attached before stays.
    /// </exception>
    public static void Attach(KernelMaps maps, ImageSet images)
    {
        if (!Is(maps.Directory))
            return;
        var needed = Pins.HooksOf(Needed(maps));
        foreach (var hook in Pins.HooksOf(images))
        {
            try
            {
                Attach(maps.Directory, hook);
            }
            catch (BpfException denied) when (denied.Errno == Errno.EACCES && needed.Contains(hook))
            {
                // A member of a group cannot see it, but that the owner has attached it for another policy.
            }
        }
    }

    private static void Attach(string directory, string hook)
    {
        var pin = Pins.Program(directory, hook);
        if (FileIdentity.Of(pin) is null || File.Exists(Pins.Link(directory, hook)))
            return; // not in this kernel, or attached
        using var program = PinnedProgram.Open(pin);
        using var link = program.Attach();
        link.Pin(Pins.Link(directory, hook));
    }

    /// <summary>Nothing to check but in standby, where the control map does not know the links.</summary>
    /// <exception cref="PinsException">A hook that a policy needs is not attached, or something else is in its place.</exception>
    public static void RequireAttached(KernelMaps maps)
    {
        if (!Is(maps.Directory))
            return;
        foreach (var hook in Pins.HooksOf(Needed(maps)))
        {
            if (FileIdentity.Of(Pins.Program(maps.Directory, hook)) is null)
                continue; // not in this kernel
            using var program = PinnedProgram.Open(Pins.Program(maps.Directory, hook));
            PinCheck.RequireLink(Pins.Link(maps.Directory, hook), program.Info().Id);
        }
    }

    /// <summary>Takes away what the policies in force do not need. Nothing to do but in standby.</summary>
    public static void Detach(KernelMaps maps)
    {
        if (!Is(maps.Directory))
            return;
        var needed = Pins.HooksOf(Needed(maps));
        try
        {
            foreach (var hook in Pins.In(Pins.Links).Except(needed))
                File.Delete(Pins.Link(maps.Directory, hook));
        }
        catch (UnauthorizedAccessException)
        {
            // A member of a group may not; the loader does, which is told of each change.
        }
    }

    /// <summary>
    /// The images of the policies in force, and of those that any walk would put in force: a controller may have been
    /// killed before its own. Those of idle tasks need no hook.
    /// </summary>
    private static ImageSet Needed(KernelMaps maps)
    {
        var activity = maps.ReadActivity();
        var policies = maps.ReadPolicies();
        var needed = ImageSet.None;
        for (uint slot = 1; slot < Limits.MaxPolicies; slot++)
            if (policies[slot].Kind is not (TargetKind.None or TargetKind.Idle)
                && (activity.Live[slot] || activity.Applied[(int)slot] != policies[slot].Sequence))
                needed |= policies[slot].Images;
        return needed;
    }
}
