using Libbpf;
using ProcImage.Abi;
using ProcImage.CommandLine;

namespace ProcImage.Loading;

/// <summary>Says what this kernel and these privileges support, image by image, by trying it. Leaves nothing behind.</summary>
internal static class Check
{
    public static ExitStatus Run(LoaderOptions options, TextWriter output)
    {
        output.WriteLine($"libbpf:    {Bpf.RequireLibrary()}");
        output.WriteLine($"BTF:       {(KernelTypes.Exist ? KernelTypes.Path : KernelTypes.Missing)}");
        output.WriteLine(Bpffs.IsOn(options.Bpffs)
            ? "bpffs:     mounted"
            : "bpffs:     not mounted; 'proc_image' mounts it at /sys/fs/bpf");
        var status = ExitStatus.Done;
        var hasTimers = true;
        foreach (var image in ImageSet.All.Each())
        {
            var problem = Try(image, ref hasTimers);
            if (problem is not null)
                status = ExitStatus.Unsupported;
            output.WriteLine($"{image.Listed() + ":",-10} {problem ?? "supported"}");
        }

        if (!hasTimers)
            output.WriteLine("deadlines: not supported: this kernel lets no program have a timer; activate without -t");
        return status;
    }

    private static string? Try(ImageSet image, ref bool hasTimers)
    {
        try
        {
            (var kernelSide, hasTimers) = Preload.Load(image);
            kernelSide.Dispose();
            return null;
        }
        catch (Exception failure) when (failure is BpfException or CommandException)
        {
            return failure.Message;
        }
    }
}
