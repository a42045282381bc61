using Libbpf;
using ProcImage.Abi;
using ProcImage.CommandLine;
using ProcImage.Loading;
using ProcImage.Privileges;

namespace ProcImage;

/// <summary>
/// From the options to the end: preload, give up privileges, serve, take everything down or leave it.
/// </summary>
internal static class Loader
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(1);

    public static async Task<ExitStatus> Run(LoaderOptions options, CommandConsole console)
    {
        Bpf.RequireLibrary();
        Bpf.SilenceLibrary();
        if (options.Check)
            return Check.Run(options, console.Output);

        using var kernelSide = KernelSide.Resume(options.Bpffs) ?? Begin(options, console);
        NiceLevel.Divide();
        using var stop = new StopSignals();
        var serving = new Serving(options, console, kernelSide);
        try
        {
            await serving.Run(stop);
        }
        catch when (serving.HasBegun ? options.Keep : kernelSide.Adopted)
        {
            throw; // it is left to the next one, as it is when this one is killed
        }
        catch
        {
            kernelSide.Remove();
            throw;
        }

        var outcome = options.Keep
            ? $"kept: {kernelSide.Count()}; policies go on, the next proc_image adopts them, "
                + "'controller -f' takes them down"
            : $"finished: {kernelSide.Remove()} removed";
        kernelSide.Dispose();
        await Tell(console.Output, outcome);
        return ExitStatus.Done;
    }

    /// <summary>Not for ever: the terminal may stand still.</summary>
    private static async Task Tell(TextWriter output, string outcome)
    {
        var telling = Task.Run(() => output.Tell(outcome));
        if (await Task.WhenAny(telling, Task.Delay(_patience)) == telling)
            await telling;
    }

    /// <summary>
    /// With all capabilities. It returns only if there are none to give up; else this process starts again.
    /// </summary>
    private static KernelSide Begin(LoaderOptions options, CommandConsole console)
    {
        var images = ImageSupport.Select(options);
        uint? group = options.Group is { } name ? UnixGroup.Find(name) : null;
        if (!Handover.HasBegun)
        {
            // .NET has threads by now that would take a signal, and lose it at the second execve(2).
            StopSignals.HoldBack();
            if (StopSignals.IsEnding)
                Thread.Sleep(Timeout.Infinite);
            SelfExec.Run(null, Handover.Variable, Handover.Begun, []);
        }

        if (Bpffs.EnsureMounted(options.Bpffs, searchable: group is not null))
            console.Output.WriteLine("mounted a bpffs at /sys/fs/bpf: there was none");
        var kernelSide = KernelSide.Start(options.Bpffs, images, options.Standby);
        try
        {
            PinAccess.Grant(options.Bpffs, group);
            if (group is { } members && PinAccess.Obstacle(options.Bpffs, members) is { } obstacle)
                console.Error.WriteLine(
                    $"proc_image: group {options.Group} cannot pass {obstacle}; 'chmod o+x {obstacle}' lets it");
            if ((Capabilities.Permitted & ~KeptBy(options)) != Capability.None)
            {
                var handover = kernelSide.HandOver();
                NiceLevel.Raise();
                SelfExec.Run(
                    KeptBy(options), Handover.Variable, $"{handover}", [handover.Lock, .. handover.Programs.Values, .. handover.KernelSymbols is { } symbols ? [symbols] : Array.Empty<int>()]);
            }

            return kernelSide;
        }
        catch
        {
            if (!kernelSide.Adopted)
                kernelSide.Remove();
            kernelSide.Dispose();
            throw;
        }
    }

    /// <summary>Serving needs none for the pins, which are open or its own; nor does ending.</summary>
    private static Capability KeptBy(LoaderOptions options) =>
        Capability.CAP_SYS_PTRACE
        | (options.Listen.IsPrivileged ? Capability.CAP_NET_BIND_SERVICE : Capability.None);
}
