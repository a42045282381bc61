using System.Runtime.InteropServices;
using Libbpf;
using ProcImage.Abi;
using ProcImage.CommandLine;
using ProcImage.Loading;

namespace ProcImage;

/// <summary>From the options to the end: preload, serve, take everything down.</summary>
internal static class Loader
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(2);

    public static async Task<ExitStatus> Run(LoaderOptions options, CommandConsole console)
    {
        Bpf.RequireLibrary();
        Bpf.SilenceLibrary();
        if (options.Check)
            return Check.Run(options, console.Output);

        var images = ImageSupport.Select(options);
        var stop = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var interrupted = StopOn(PosixSignal.SIGINT, stop);
        using var terminated = StopOn(PosixSignal.SIGTERM, stop);
        using var hungUp = StopOn(PosixSignal.SIGHUP, stop);

        if (Bpffs.EnsureMounted(options.Bpffs))
            console.Output.WriteLine("mounted a bpffs at /sys/fs/bpf: there was none");
        using var kernelSide = KernelSide.Start(options.Bpffs, images, options.Standby);
        var objects = KernelObjects.Of(options.Bpffs);
        var serving = new Serving(options, console, kernelSide);
        try
        {
            await serving.Run(stop);
        }
        catch when (kernelSide.Adopted && !serving.HasBegun)
        {
            throw; // what collects, and was not started by this loader, is left to the next one
        }
        catch
        {
            kernelSide.Remove();
            throw;
        }

        var removed = kernelSide.Remove();
        if (!objects.WaitUntilGone(_patience))
            throw new CommandException(
                ExitStatus.Failed, "another process still holds programs of this loader; see 'bpftool prog show' for its pid");
        console.Output.Tell($"finished: {removed}");
        return ExitStatus.Done;
    }

    private static PosixSignalRegistration StopOn(PosixSignal signal, TaskCompletionSource stop) =>
        PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            stop.TrySetResult();
        });
}
