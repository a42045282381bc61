using ProcImage.Abi;
using ProcImage.CommandLine;

namespace ProcImage.Controller;

public static class ControllerCommandLine
{
    // PID_MAX_LIMIT of the kernel, whatever pid_max says at the moment.
    private static readonly NumberRange _pids = new(1, 4_194_304);
    private static readonly NumberRange _cpus = new(0, 8191);
    private static readonly NumberRange _keytimeLevels = new(0, 1);
    private static readonly NumberRange _sequenceLengths = new(1, 50, "calls");
    private static readonly NumberRange _deadlines = new(0, uint.MaxValue, "seconds");

    private static readonly Flag _activate = new('a', "activate", "start collecting; not needed with an image");
    private static readonly Flag _deactivate = new('d', "deactivate", "stop collecting: all, or only what is named");
    private static readonly Flag _finish = new('f', "finish", "end the loader, take everything out of the kernel");
    private static readonly Flag _status = new(null, "status", "show policies, targets, losses and the loader");
    private static readonly Flag _json = new(null, "json", "with --status: print it as JSON");

    private static readonly Valued<uint> _pid = new(
        'p', "pid", "PID", "one thread; 0 with -c: the idle task of a CPU", ParsePid);

    private static readonly Valued<uint> _tgid = new(
        'P', "tgid", "TGID", "a whole process, with all its threads", _pids.Parse);

    private static readonly Valued<uint> _cpu = new(
        'c', "cpuid", "CPUID", "the CPU, with -p 0 only", _cpus.Parse);

    private static readonly Valued<uint> _keytime = new(
        'k', "keytime", "0|1", "key times; 1 adds the times on and off the CPU", _keytimeLevels.Parse);

    private static readonly Flag _lock = new('l', "lock", "locks; =contention: waits alone, without probes in the target", "contention");
    private static readonly Flag _resource = new('r', "resource", "CPU, memory and I/O");

    private static readonly Valued<uint> _syscall = new(
        's', "syscall", "N", "system calls, and the last N in order (1 to 50)", _sequenceLengths.Parse);

    private static readonly Flag _schedule = new('S', "schedule", "delay in the run queue");

    private static readonly Flag _myproc = new('m', "myproc", "include the processes of ProcImage itself");

    private static readonly Flag _follow = new(null, "follow", "processes that the target starts become targets too");

    private static readonly Valued<uint> _time = new(
        't', "time", "SEC", "stop after SEC seconds; 0 is for ever", _deadlines.Parse);

    private static readonly Valued<string> _bpffs = BpffsOption.Create(Pins.DefaultDirectory);

    // In the order of Verb.
    private static readonly Flag[] _verbs = [_activate, _deactivate, _finish, _status];
    private static readonly OptionRow[] _targets = [_pid, _tgid, _cpu];
    private static readonly OptionRow[] _images = [_keytime, _lock, _resource, _syscall, _schedule];
    private static readonly OptionRow[] _policy = [_follow, _myproc, _time];

    public static Command<ControllerOptions> Command { get; } = new(
        new CommandTable(
            "controller",
            "Start and stop what 'proc_image' has preloaded, and show what is going on.",
            new OptionGroup("Actions", [.. _verbs, _json]),
            new OptionGroup("Targets (without one: every process)", _targets),
            new OptionGroup("Images", _images),
            new OptionGroup("Policy", _policy),
            new OptionGroup("Other", _bpffs)),
        Read);

    private static ControllerOptions Read(Arguments given)
    {
        var verb = ReadVerb(given);
        if (verb is Verb.Finish or Verb.Status)
            RefuseAny(given, verb, [.. _targets, .. _images, .. _policy]);
        if (verb is Verb.Deactivate && given.Has(_time))
            throw Refused("-t, --time cannot go with --deactivate, which acts at once; give it when activating");
        if (verb is Verb.Deactivate && given.Has(_follow))
            throw Refused("--follow cannot go with --deactivate, which acts on a whole policy; activate again without it");
        if (verb is not Verb.Status && given.Has(_json))
            throw Refused("--json goes with --status only");
        if (given.Has(_pid) && given.Has(_tgid))
            throw Refused("-p and -P cannot go together; -P alone covers every thread of a process");

        if (given.Has(_follow) && !_targets.Any(given.Has))
            throw Refused("--follow goes with a target, -p or -P; without one every process is imaged anyway");
        var isIdle = given.Has(_pid) && given.Value(_pid, 0u) == 0;
        if (isIdle && !given.Has(_cpu))
            throw Refused("--pid=0 is the idle task of a CPU: say of which one with -c, --cpuid=CPUID");
        if (given.Has(_cpu) && !isIdle)
            throw Refused("-c, --cpuid goes with -p 0 only, the idle task of a CPU; leave it out");

        var images = ReadImages(given);
        // Of what is taken away, the ledger too, whatever its level.
        if (given.Has(_keytime) && (verb is Verb.Deactivate || given.Value(_keytime, 0u) == 1))
            images |= ImageSet.Ledger;
        if (verb is Verb.Activate && isIdle)
            RefuseForIdle(given, images);
        if (verb is Verb.Activate && images == ImageSet.None)
            throw Refused("name at least one image: -k -l -r -s -S");

        return new ControllerOptions
        {
            Verb = verb,
            Target = ReadTarget(given),
            Images = images,
            KeytimeLevel = given.Value(_keytime, 0u),
            SyscallSequence = given.Value(_syscall, 0u),
            TimeSeconds = given.Has(_time) ? given.Value(_time, 0u) : null,
            IncludeSelf = given.Has(_myproc),
            Follow = given.Has(_follow),
            ProbesLocks = given.Has(_lock) && !given.HasWord(_lock) && (given.Has(_pid) || given.Has(_tgid)),
            Json = given.Has(_json),
            Bpffs = given.Value(_bpffs, Pins.DefaultDirectory),
        };
    }

    private static Verb ReadVerb(Arguments given)
    {
        var verbs = _verbs.Where(given.Has).ToArray();
        if (verbs.Length > 1)
            throw Refused($"{verbs[0].Dashed} and {verbs[1].Dashed} cannot go together");
        if (verbs is [var only])
            return (Verb)Array.IndexOf(_verbs, only);
        return _targets.Concat(_images).Any(given.Has)
            ? Verb.Activate
            : throw Refused("say what to do: name images to activate (-k -l -r -s -S), or give -d, -f or --status");
    }

    private static Target ReadTarget(Arguments given) =>
        given.Has(_cpu) ? new Target(TargetKind.Idle, (int)given.Value(_cpu, 0u))
        : given.Has(_pid) ? new Target(TargetKind.Thread, (int)given.Value(_pid, 0u))
        : given.Has(_tgid) ? new Target(TargetKind.Process, (int)given.Value(_tgid, 0u))
        : Target.All;

    private static ImageSet ReadImages(Arguments given) =>
        (given.Has(_keytime) ? ImageSet.Keytime : ImageSet.None)
        | (given.Has(_lock) ? ImageSet.Lock : ImageSet.None)
        | (given.Has(_resource) ? ImageSet.Resource : ImageSet.None)
        | (given.Has(_syscall) ? ImageSet.Syscall : ImageSet.None)
        | (given.Has(_schedule) ? ImageSet.Schedule : ImageSet.None);

    private static uint ParsePid(string option, string text) => text == "0" ? 0 : _pids.Parse(option, text);

    private static void RefuseForIdle(Arguments given, ImageSet images)
    {
        if (images.HasFlag(ImageSet.Schedule))
            throw Refused("an idle task never waits for a CPU, so there is nothing for -S, --schedule; leave it out");
        if (images.HasFlag(ImageSet.Keytime))
            throw Refused("an idle task has no life to tell of; its idle time is in -r, leave out -k");
        if (images.HasFlag(ImageSet.Syscall) || images.HasFlag(ImageSet.Lock))
            throw Refused("an idle task makes no system calls and takes no user locks; leave out -s and -l");
        if (given.Has(_follow))
            throw Refused("an idle task starts nothing; leave out --follow");
    }

    private static void RefuseAny(Arguments given, Verb verb, IEnumerable<OptionRow> rows)
    {
        if (rows.FirstOrDefault(given.Has) is { } row)
            throw Refused($"{_verbs[(int)verb].Dashed} takes no target, image or policy; leave out {row.Names}");
    }

    private static CommandException Refused(string message) => new(ExitStatus.Usage, message);
}
