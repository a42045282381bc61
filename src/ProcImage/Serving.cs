using ProcImage.Abi;
using ProcImage.CommandLine;
using ProcImage.Imaging;
using ProcImage.Loading;
using ProcImage.Metrics;
using ProcImage.Text;
using ProcImage.Web;

namespace ProcImage;

/// <summary>What the loader does while the kernel side is up: follow its events, answer requests, tell of changes.</summary>
internal sealed class Serving(LoaderOptions options, CommandConsole console, KernelSide kernelSide)
{
    /// <summary>Everything has been started.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>Until a signal, or until something fails for good.</summary>
    public async Task Run(StopSignals stop)
    {
        var table = new PortraitTable(
            (ulong)options.Linger.Ticks * 100, ProcessIdentity.Read, new PinnedFigures(kernelSide.Maps),
            kernelSide.Adopted ? BootClock.Now : 0);
        using var imager = new Imager(
            kernelSide.Maps, table,
            new RunsLeftOut(
                kernelSide.Hooks, hook => kernelSide.Program(hook)?.RecursionMisses, kernelSide.Maps.ReadActivity().Counting,
                kernelSide.Maps.ReadRunsLeftOut(), kernelSide.Maps.WriteRunsLeftOut));
        using var timelines = new Timelines(kernelSide.Maps);
        using var sites = new BlockedSites(kernelSide.Maps, kernelSide.Symbols, imager, console.Error);
        using var locks = new LockWaits(kernelSide.Maps, imager, console.Error);
        await using var events = options.Quiet ? null : new EventWriter(console.Output);
        await using var narrator = new Narrator(
            imager, locks, console.Output, withTables: !options.Quiet && !Console.IsOutputRedirected, events);
        using var routes = new Routes(
            new Exporter(kernelSide, imager, locks, new Admission(options.MaxSeries), console.Error), imager, timelines, sites, locks);
        await using var server = options.Listen is ListenAddress.Nowhere
            ? null
            : await Server.StartAsync(options.Listen, routes);

        Announce(server);
        imager.Walked += timelines.Follow;
        imager.Walked += sites.Follow;
        imager.Forgotten += timelines.Forget;
        imager.Walked += _ => locks.Follow();
        imager.Forgotten += locks.Forget;
        locks.Failed += stop.Fail;
        imager.Told += sites.Tell;
        imager.Forgotten += sites.Forget;
        imager.Settling += sites.Settle;
        sites.Failed += stop.Fail;
        imager.PoliciesChanged += narrator.Tell;
        timelines.Failed += stop.Fail;
        imager.Failed += stop.Fail;
        narrator.Failed += stop.Fail;
        if (events is not null)
        {
            events.Failed += stop.Fail;
            imager.Told += events.Tell;
            locks.Told += events.Tell;
        }

        imager.Start();
        timelines.Start();
        sites.Start();
        locks.Start();
        narrator.Tell();
        routes.IsReady = true;
        HasBegun = true;
        ServiceManager.Notify("READY=1", console.Error);
        try
        {
            await stop.Stopped;
        }
        finally
        {
            ServiceManager.Notify("STOPPING=1", console.Error);
        }
    }

    private void Announce(Server? server)
    {
        var images = kernelSide.Preloaded.Names().Count();
        var cost = kernelSide.IsStandby ? "standby: attached while a policy needs it; "
            : $"{kernelSide.IdleCost}" is { Length: > 0 } costs ? $"idle cost about {costs} (--standby: none); "
            : "";
        var what = $"{images} {(images == 1 ? "image" : "images")} over {kernelSide.Hooks.Count} hooks"
            + FormattableString.Invariant($" in {kernelSide.Elapsed.TotalMilliseconds:0} ms");
        console.Output.WriteLine(kernelSide.Adopted
            ? $"adopted {what} from a loader that is gone; {cost}its policies go on"
            : $"preloaded {what}; {cost}nothing is collected yet");
        if (server is not null)
            console.Output.WriteLine($"listening on {server.Address}");
        if (options.Standby && !kernelSide.IsStandby)
            console.Error.WriteLine(
                "proc_image: --standby changes nothing here: what was adopted is attached; take it down first with 'controller -f'");
        if (!options.Listen.IsLocal)
            console.Error.WriteLine(
                $"proc_image: everybody who reaches {options.Listen} can read what is imaged; there is no password");
    }
}
