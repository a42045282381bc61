using Libbpf;
using ProcImage.Abi;
using ProcImage.CommandLine;
using ProcImage.Privileges;
using Directory = System.IO.Directory;

namespace ProcImage.Loading;

/// <summary>Open, select, load, pin, and, but for standby, attach. Afterwards the kernel side stands alone, held by its pins.</summary>
internal static class Preload
{
    private const string ObjectName = "proc_image.bpf.o";

    /// <summary>Nothing is collected before a policy says so.</summary>
    /// <exception cref="BpfException">This kernel or these privileges cannot.</exception>
    public static void Run(PinDirectory directory, ImageSet images, bool standby)
    {
        try
        {
            using var kernelSide = Load(images).KernelSide;
            var control = new Control
            {
                Abi = Limits.AbiVersion,
                Preloaded = images,
                NextPolicyId = 1,
                NextSequence = 1,
            };
            Pin(kernelSide, directory.Path, images, control, standby);
        }
        catch
        {
            directory.Remove();
            throw;
        }
    }

    /// <returns>The loaded programs, and whether the kernel lets them have timers: without, no deadline can be held.</returns>
    /// <exception cref="BpfException">This kernel or these privileges cannot.</exception>
    /// <exception cref="CommandException">This kernel has no types.</exception>
    public static (BpfObject KernelSide, bool HasTimers) Load(ImageSet images)
    {
        KernelTypes.Require();
        try
        {
            return (Load(images, hasTimers: true), true);
        }
        catch (BpfException refused) when (refused.Errno == Errno.EOPNOTSUPP)
        {
            return (Load(images, hasTimers: false), false);
        }
        catch (BpfException denied) when (denied.Errno is Errno.EPERM or Errno.EACCES && Missing() is { } missing)
        {
            throw new BpfException(
                BpfOperation.Load, "programs into the kernel", denied.Errno, $"{missing} missing",
                "run as root with CAP_BPF and CAP_PERFMON (a container gets them with --cap-add)", inner: denied);
        }
    }

    /// <summary>Programs that the images do not need are left out before the verifier sees them.</summary>
    private static BpfObject Load(ImageSet images, bool hasTimers)
    {
        var hooks = ImageSupport.Hooks(images);
        var kernelSide = Open();
        try
        {
            var probes = ImageSupport.ProbePrograms(images);
            foreach (var program in kernelSide.Programs)
            {
                program.Autoload = hooks.Contains(program.Name) || Pins.In(Pins.Iterators).Contains(program.Name)
                    || probes.Contains(program.Name);
                if (probes.Contains(program.Name) && ImageSupport.HasManyProbes)
                    program.UseForManyProbes();
            }

            kernelSide.SetVariable("possible_cpus", (uint)Bpf.PossibleCpus);
            kernelSide.SetVariable("preempt_count_behind_rq", PerCpuVariables.PreemptCountBehindRunQueue() ?? 0);
            kernelSide.SetVariable("probes_are_alone", !ImageSupport.HasManyProbes);
            kernelSide.SetVariable("has_timers", hasTimers);
            kernelSide.Load();
            return kernelSide;
        }
        catch
        {
            kernelSide.Dispose();
            throw;
        }
    }

    private static string? Missing() =>
        Capabilities.Missing(Capability.CAP_BPF | Capability.CAP_PERFMON) is var missing and not Capability.None
            ? $"{missing}".Replace(", ", " and ", StringComparison.Ordinal)
            : null;

    private static BpfObject Open()
    {
        using var resource = typeof(Preload).Assembly.GetManifestResourceStream(ObjectName)
            ?? throw new InvalidOperationException($"{ObjectName} is not embedded in this program");
        var elf = new byte[resource.Length];
        resource.ReadExactly(elf);
        return BpfObject.Open(elf, "proc_image");
    }

    /// <summary>The control map comes last: where it is, everything is, and it knows what was pinned.</summary>
    private static void Pin(
        BpfObject kernelSide, string directory, ImageSet images, Control control, bool standby)
    {
        var (hooks, probes) = (ImageSupport.Hooks(images), ImageSupport.ProbePrograms(images));
        Directory.CreateDirectory(Path.Combine(directory, Pins.Links));
        Directory.CreateDirectory(Path.Combine(directory, Pins.Iterators));
        Directory.CreateDirectory(Path.Combine(directory, Pins.Programs));
        Directory.CreateDirectory(Path.Combine(directory, Pins.Probes));
        for (var i = 0; i < Pins.All.Count; i++)
        {
            var name = Path.GetFileName(Pins.All[i]);
            var folder = Path.GetDirectoryName(Pins.All[i]);
            var path = Path.Combine(directory, Pins.All[i]);
            if (folder == "")
                control.Pins[i] = PinMap(kernelSide.FindMap(name), path);
            else if (folder == Pins.Iterators)
                control.Pins[i] = PinLink(kernelSide.FindProgram(name).AttachIterator(), path);
            else if (folder == Pins.Programs && probes.Contains(name))
                control.Pins[i] = PinProgram(kernelSide.FindProgram(name), path);
            else if (!hooks.Contains(name))
                continue;
            else if (folder == Pins.Programs && (standby || name == Pins.WakingHook))
                control.Pins[i] = PinProgram(kernelSide.FindProgram(name), path);
            else if (folder == Pins.Links && !standby && name != Pins.WakingHook)
                control.Pins[i] = PinLink(kernelSide.FindProgram(name).Attach(), path);
        }

        var map = kernelSide.FindMap(Pins.Control);
        map.Update(0u, control);
        map.Pin(Pins.Map(directory, Pins.Control));
    }

    private static uint PinMap(BpfMap map, string path)
    {
        if (map.DisplayName != Pins.Control)
            map.Pin(path);
        return map.Info.Id;
    }

    private static uint PinProgram(BpfProgram program, string path)
    {
        program.Pin(path);
        return program.Info().Id;
    }

    private static uint PinLink(BpfLink attached, string path)
    {
        using var link = attached;
        link.Pin(path);
        return link.Info().Id;
    }
}
