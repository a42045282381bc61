namespace ProcImage.Abi;

/// <summary>Names of maps and programs as in <c>bpf/</c>, and where each is pinned.</summary>
public static class Pins
{
    public const string DefaultDirectory = "/sys/fs/bpf/proc_image";

    public const string Control = "control";
    public const string Policies = "policies";
    public const string Targets = "targets";
    public const string Activity = "activity";
    public const string Deadlines = "deadlines";
    public const string Losses = "losses";
    public const string System = "system";
    public const string Events = "events";
    public const string Shown = "shown";
    public const string Exits = "exits";
    public const string Slices = "slices";
    public const string Blocked = "blocked";
    public const string Locks = "locks";

    public const string LockUses = "lock_uses";

    /// <summary>Maps that are pinned. Task storage needs no pin: the programs that use it hold it.</summary>
    public static IReadOnlyList<string> Maps { get; } =
        [Control, Policies, Targets, Activity, Deadlines, Losses, System, Events, Shown, Exits, Slices, Blocked, Locks, LockUses];

    /// <summary>Hooks that every image needs: a task begins, becomes another program, ends, is gone.</summary>
    public static IReadOnlyList<string> LifeHooks { get; } =
        ["task_newtask", "sched_process_exec", "sched_process_exit", "sched_process_free"];

    /// <summary>A hook that kernels before 6.8 tell no more than a pid.</summary>
    public const string VictimHook = "mark_victim";

    /// <summary>A hook that kernels before 6.10 do not have.</summary>
    public const string PrepareExecHook = "sched_prepare_exec";

    /// <summary>Hooks of the keytime image: a task is renamed, a signal is sent, the OOM killer has chosen.</summary>
    public static IReadOnlyList<string> KeytimeHooks { get; } = ["task_rename", "signal_generate", VictimHook];

    /// <summary>The hook of the schedule image, and of the ledger.</summary>
    public const string SwitchHook = "sched_switch";

    /// <summary>The hooks of the syscall image, and of the lock image: a wait is a call.</summary>
    public static IReadOnlyList<string> CallHooks { get; } = ["sys_enter", "sys_exit"];

    /// <summary>The hook that says who wakes a thread up: attached only while a target has a ledger.</summary>
    public const string WakingHook = "sched_waking";

    /// <summary>Programs of probes, which are put into targets alone: at the beginning of functions, and at their return.</summary>
    public const string ProbeEnter = "lock_call";
    public const string ProbeReturn = "lock_return";

    public static IReadOnlyList<string> ProbePrograms { get; } = [ProbeEnter, ProbeReturn];

    public const string Links = "links";

    /// <summary>What is not attached before a policy needs it.</summary>
    public const string Programs = "progs";
    public const string Iterators = "iters";

    /// <summary>Links of probes, by the policy that wants them: <see cref="ProbePins"/>.</summary>
    public const string Probes = "probes";

    /// <summary>The folders of the pin directory.</summary>
    public static IReadOnlyList<string> Folders { get; } = [Links, Programs, Iterators, Probes];

    public const string Apply = "apply";
    public const string Portraits = "portraits";
    public const string Text = "text";
    public const string Idle = "idle";
    public const string Sequences = "sequences";
    public const string Waits = "waits";

    /// <summary>The hooks that images need, as far as the kernel has them.</summary>
    public static IReadOnlyList<string> HooksOf(ImageSet images) =>
        images == ImageSet.None ? []
        :
        [
            .. LifeHooks,
            .. images.HasFlag(ImageSet.Keytime) ? KeytimeHooks : [],
            .. (images & (ImageSet.Schedule | ImageSet.Keytime | ImageSet.Syscall)) != ImageSet.None ? [PrepareExecHook] : Array.Empty<string>(),
            .. (images & (ImageSet.Schedule | ImageSet.Ledger)) != ImageSet.None ? [SwitchHook] : Array.Empty<string>(),
            .. (images & (ImageSet.Syscall | ImageSet.Lock)) != ImageSet.None ? CallHooks : [],
            .. images.HasFlag(ImageSet.Ledger) ? [WakingHook] : Array.Empty<string>(),
        ];

    /// <summary>The images that lack something where the program of a hook does not run.</summary>
    public static ImageSet ImagesOf(string hook) => LifeHooks.Contains(hook)
        ? ImageSet.All
        : Enum.GetValues<ImageSet>().Where(image => image != ImageSet.All && HooksOf(image).Contains(hook))
            .Aggregate(ImageSet.None, (all, image) => all | image);

    /// <summary>What is pinned in a folder of the pin directory, "" for the directory itself; control first.</summary>
    public static IReadOnlyList<string> In(string folder) => folder switch
    {
        Links => HooksOf(ImageSet.All),
        Programs => [.. HooksOf(ImageSet.All), .. ProbePrograms],
        Probes => [],
        Iterators => [Apply, Portraits, Text, Idle, Sequences, Waits],
        _ => Maps,
    };

    /// <summary>Every pin, as a path from the pin directory: an index into <see cref="PinIds"/>.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        .. Maps,
        .. In(Links).Select(hook => Path.Combine(Links, hook)),
        .. In(Programs).Select(hook => Path.Combine(Programs, hook)),
        .. In(Iterators).Select(iterator => Path.Combine(Iterators, iterator)),
    ];

    /// <summary>In <see cref="All"/>.</summary>
    public static int IndexOf(string folder, string name) => All.ToList().IndexOf(Path.Combine(folder, name));

    public static string Map(string directory, string name) => Path.Combine(directory, name);

    public static string Link(string directory, string hook) => Path.Combine(directory, Links, hook);

    public static string Program(string directory, string hook) => Path.Combine(directory, Programs, hook);

    public static string Iterator(string directory, string name) => Path.Combine(directory, Iterators, name);
}
