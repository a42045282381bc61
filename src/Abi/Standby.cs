using Libbpf;

namespace ProcImage.Abi;

/// <summary>
/// Kernel sides whose programs are attached only while a policy needs them. Nothing in the kernel takes a pinned link away,
/// so those who change policies do. Under the policy lock.
/// </summary>
public static class Standby
{
    public static bool Is(string directory) => Directory.Exists(Path.Combine(directory, Pins.Programs));

    /// <summary>In standby: whether a policy needs a hook, and so has it.</summary>
    public static bool IsAttached(KernelMaps maps) => !Is(maps.Directory) || Needed(maps) != ImageSet.None;

    /// <summary>Attaches what these images need and is not attached. Nothing to do but in standby.</summary>
    /// <exception cref="BpfException">A program cannot be attached; what was attached before stays.</exception>
    public static void Attach(string directory, ImageSet images)
    {
        foreach (var hook in Pins.HooksOf(images).Where(hook => File.Exists(Pins.Program(directory, hook))))
        {
            if (File.Exists(Pins.Link(directory, hook)))
                continue;
            using var program = PinnedProgram.Open(Pins.Program(directory, hook));
            using var link = program.Attach();
            link.Pin(Pins.Link(directory, hook));
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

    /// <summary>The images of the policies in force; those of idle tasks need no hook.</summary>
    private static ImageSet Needed(KernelMaps maps)
    {
        var activity = maps.ReadActivity();
        var policies = maps.ReadPolicies();
        var needed = ImageSet.None;
        for (uint slot = 1; slot < Limits.MaxPolicies; slot++)
            if (activity.Live[slot] && policies[slot].Kind != TargetKind.Idle)
                needed |= policies[slot].Images;
        return needed;
    }
}
