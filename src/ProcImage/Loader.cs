using System.Runtime.InteropServices;
using Libbpf;
using ProcImage.Abi;
using ProcImage.CommandLine;
using ProcImage.Imaging;
using ProcImage.Loading;
using ProcImage.Metrics;
using ProcImage.Text;
using ProcImage.Web;

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
        using var kernelSide = KernelSide.Start(options.Bpffs, images);
        var objects = KernelObjects.Of(options.Bpffs);
        PinCounts removed;
        try
        {
            await Serve(options, console, kernelSide, stop);
        }
        finally
        {
            removed = kernelSide.Remove();
        }

        objects.WaitUntilGone(_patience);
        console.Output.WriteLine($"finished: {removed}");
        return ExitStatus.Done;
    }

    private static async Task Serve(LoaderOptions options, CommandConsole console, KernelSide kernelSide, TaskCompletionSource stop)
    {
        var table = new PortraitTable((ulong)options.Linger.Ticks * 100, ProcessIdentity.Read);
        using var imager = new Imager(kernelSide.Maps, table);
        using var narrator = new Narrator(imager, console.Output, withTables: !options.Quiet && !Console.IsOutputRedirected);
        using var routes = new Routes(new Exporter(kernelSide, imager, new Admission(options.MaxSeries)), imager);
        await using var server = options.Listen is ListenAddress.Nowhere ? null : await Server.StartAsync(options.Listen, routes);

        Announce(console.Output, kernelSide);
        if (server is not null)
            console.Output.WriteLine($"listening on {server.Address}");
        if (!options.Listen.IsLocal)
            console.Error.WriteLine($"proc_image: everybody who reaches {options.Listen} can read what is imaged; there is no password");
        imager.PoliciesChanged += narrator.Tell;
        imager.Failed += failure => stop.TrySetException(failure);
        imager.Start();
        narrator.Tell();
        routes.IsReady = true;
        await stop.Task;
    }

    private static void Announce(TextWriter output, KernelSide kernelSide)
    {
        var images = kernelSide.Preloaded.Names().Count();
        var cost = IdleCost.PerSwitch(kernelSide) is { } nanoseconds
            ? FormattableString.Invariant($"idle cost about {nanoseconds:0} ns per context switch")
            : "no idle cost but at fork, exec and exit";
        var what = FormattableString.Invariant(
            $"{images} {(images == 1 ? "image" : "images")} over {kernelSide.Hooks.Count} hooks in {kernelSide.Elapsed.TotalMilliseconds:0} ms");
        output.WriteLine(kernelSide.Adopted
            ? $"adopted {what} from a loader that is gone; {cost}; its policies go on"
            : $"preloaded {what}; {cost}; nothing is collected yet");
    }

    private static PosixSignalRegistration StopOn(PosixSignal signal, TaskCompletionSource stop) =>
        PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            stop.TrySetResult();
        });
}
