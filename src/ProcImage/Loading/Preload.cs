using Libbpf;
using ProcImage.Abi;
using ProcImage.Privileges;
using Directory = System.IO.Directory;

namespace ProcImage.Loading;

/// <summary>Open, select, load, pin, attach. Afterwards the kernel side stands alone, held by its pins.</summary>
internal static class Preload
{
    private const string ObjectName = "proc_image.bpf.o";

    /// <summary>Nothing is collected before a policy says so.</summary>
    /// <exception cref="BpfException">This kernel or these privileges cannot.</exception>
    public static void Run(PinDirectory directory, ImageSet images)
    {
        try
        {
            using var kernelSide = Load(images);
            WriteControl(kernelSide.FindMap(Pins.Control), images);
            Pin(kernelSide, directory.Path, ImageSupport.Hooks(images));
        }
        catch
        {
            directory.Remove();
            throw;
        }
    }

    /// <summary>Programs that the images do not need are left out before the verifier sees them.</summary>
    public static BpfObject Load(ImageSet images)
    {
        var hooks = ImageSupport.Hooks(images);
        var kernelSide = Open();
        try
        {
            foreach (var program in kernelSide.Programs)
                program.Autoload = hooks.Contains(program.Name) || Pins.In(Pins.Iterators).Contains(program.Name);
            kernelSide.SetVariable("possible_cpus", (uint)Bpf.PossibleCpus);
            kernelSide.Load();
            return kernelSide;
        }
        catch (BpfException denied) when (denied.Errno is Errno.EPERM or Errno.EACCES && Missing() is { } missing)
        {
            kernelSide.Dispose();
            throw new BpfException(
                BpfOperation.Load, "programs into the kernel", denied.Errno, $"{missing} missing",
                "run as root with CAP_BPF and CAP_PERFMON (a container gets them with --cap-add)", inner: denied);
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

    private static void WriteControl(BpfMap map, ImageSet images) =>
        map.Update(0u, new Control { Abi = Limits.AbiVersion, Preloaded = images, NextPolicyId = 1, NextSequence = 1 });

    /// <summary>The control map comes last: where it is, everything is.</summary>
    private static void Pin(BpfObject kernelSide, string directory, IEnumerable<string> hooks)
    {
        Directory.CreateDirectory(Path.Combine(directory, Pins.Links));
        Directory.CreateDirectory(Path.Combine(directory, Pins.Iterators));
        foreach (var map in Pins.Maps.Where(name => name != Pins.Control))
            kernelSide.FindMap(map).Pin(Pins.Map(directory, map));
        foreach (var iterator in Pins.In(Pins.Iterators))
        {
            using var link = kernelSide.FindProgram(iterator).AttachIterator();
            link.Pin(Pins.Iterator(directory, iterator));
        }

        foreach (var hook in hooks)
        {
            using var link = kernelSide.FindProgram(hook).Attach();
            link.Pin(Pins.Link(directory, hook));
        }

        kernelSide.FindMap(Pins.Control).Pin(Pins.Map(directory, Pins.Control));
    }
}
