using System.Net;
using ProcImage.Abi;
using ProcImage.CommandLine;

namespace ProcImage;

public static class LoaderCommandLine
{
    private const uint DefaultLinger = 300;
    private const uint DefaultMaxSeries = 20_000;
    private static readonly NumberRange _lingerRange = new(0, 86_400, "seconds");
    private static readonly NumberRange _maxSeriesRange = new(100, 10_000_000, "series");
    private static readonly ListenAddress _defaultListen =
        new ListenAddress.Ip(new IPEndPoint(IPAddress.Loopback, 19435));

    private static readonly Flag _all = new('a', "all", "every image");
    private static readonly Flag _keytime = new(
        'k', "keytime", "key times: start, exec, exit, time in each state");
    private static readonly Flag _lock = new('l', "lock", "waits for locks: who, for whom, how long");
    private static readonly Flag _resource = new('r', "resource", "CPU, memory and I/O");
    private static readonly Flag _syscall = new('s', "syscall", "system calls: which, how long, in which order");
    private static readonly Flag _schedule = new('S', "schedule", "delay in the run queue");

    private static readonly Valued<ListenAddress> _listen = new(
        null, "listen", "ADDR:PORT",
        $"serve metrics and the page there; or unix:PATH; or none for no server (default {_defaultListen})",
        ListenAddress.Parse);

    private static readonly Valued<uint> _linger = new(
        null, "linger", "SEC",
        $"show what has ended for SEC seconds more (default {DefaultLinger}, at most {_lingerRange.Highest})",
        _lingerRange.Parse);

    private static readonly Valued<uint> _maxSeries = new(
        null, "max-series", "N",
        $"export at most N series of processes (default {DefaultMaxSeries})",
        _maxSeriesRange.Parse);

    private static readonly Flag _standby = new(
        null, "standby", "attach nothing before a policy needs it: no cost, later activation");

    private static readonly Flag _keep = new(
        null, "keep", "when told to end, leave everything in place for the next proc_image");

    private static readonly Valued<string> _group = new(
        null, "group", "GROUP", "members of GROUP, a name or gid, may use 'controller' (default: root alone)",
        (_, text) => text);

    private static readonly Flag _quiet = new(null, "quiet", "print no tables and no events");

    private static readonly Flag _check = new(
        null, "check", "say what this kernel and these privileges support, and exit");

    private static readonly Valued<string> _bpffs = BpffsOption.Create(Pins.DefaultDirectory);

    public static Command<LoaderOptions> Command { get; } = new(
        new CommandTable(
            "proc_image",
            "Preload the images of processes, at rest, and serve what they show. "
            + "Start and stop them with 'controller'.",
            new OptionGroup("Images (at least one)", _all, _keytime, _lock, _resource, _syscall, _schedule),
            new OptionGroup("Export", _listen, _linger, _maxSeries),
            new OptionGroup("Service", _standby, _keep, _group),
            new OptionGroup("Other", _quiet, _check, _bpffs)),
        Read);

    private static LoaderOptions Read(Arguments given)
    {
        var all = given.Has(_all);
        var check = given.Has(_check);
        var images = all ? ImageSet.All : Named(given);
        if (images == ImageSet.None && !check)
            throw new CommandException(ExitStatus.Usage, "name at least one image: -k -l -r -s -S, or -a for all");

        return new LoaderOptions
        {
            Images = images,
            All = all,
            Listen = given.Value(_listen, _defaultListen),
            Linger = TimeSpan.FromSeconds(given.Value(_linger, DefaultLinger)),
            MaxSeries = (int)given.Value(_maxSeries, DefaultMaxSeries),
            Bpffs = given.Value(_bpffs, Pins.DefaultDirectory),
            Standby = given.Has(_standby),
            Keep = given.Has(_keep),
            Group = given.Has(_group) ? given.Value(_group, "") : null,
            Quiet = given.Has(_quiet),
            Check = check,
        };
    }

    private static ImageSet Named(Arguments given) =>
        (given.Has(_keytime) ? ImageSet.Keytime : ImageSet.None)
        | (given.Has(_lock) ? ImageSet.Lock : ImageSet.None)
        | (given.Has(_resource) ? ImageSet.Resource : ImageSet.None)
        | (given.Has(_syscall) ? ImageSet.Syscall : ImageSet.None)
        | (given.Has(_schedule) ? ImageSet.Schedule : ImageSet.None);
}
