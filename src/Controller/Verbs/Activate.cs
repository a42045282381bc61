using ProcImage.Abi;
using ProcImage.CommandLine;
using ProcImage.Controller.Probing;

namespace ProcImage.Controller.Verbs;

/// <summary>Writes a policy. On return the kernel collects.</summary>
internal static class Activate
{
    private const ulong NanosecondsPerSecond = 1_000_000_000;

    public static ExitStatus Run(ControllerOptions options, TextWriter output)
    {
        output.Tell(Run(options)); // with the lock released: nobody may ever read it
        return ExitStatus.Done;
    }

    private static string Run(ControllerOptions options)
    {
        using var book = PolicyBook.Open(options.Bpffs);
        try
        {
            return Run(book, options);
        }
        catch
        {
            Attachment.Detach(book.Maps);
            throw;
        }
    }

    private static string Run(PolicyBook book, ControllerOptions options)
    {
        RequirePreloaded(book, options.Images);
        var task = options.Target.Kind is TargetKind.All or TargetKind.Idle ? null : ProcTask.Find(options.Target);
        if (options.Target.Kind == TargetKind.Idle)
            RequireOnline(options.Target.Id);

        Attachment.Attach(book.Maps, options.Target.Kind, options.Images);

        var old = book.Find(options.Target);
        var isChange = old != 0 && book.IsLive(old) && IsSameLife(book[old], task);
        var over = book.Slots.Where(slot => book.IsOver(slot) || (slot == old && !isChange)).ToArray();
        if (!isChange)
            RequireRoom(book, over);
        foreach (var slot in over)
            book.Remove(slot);

        return isChange ? Change(book, old, options, task) : Add(book, options, task);
    }

    /// <summary>A slot that is freed can be used only after a walk over all tasks.</summary>
    private static void RequireRoom(PolicyBook book, uint[] over)
    {
        if (book.Free > 0)
            return;
        foreach (var slot in over)
            book.Remove(slot);
        if (over.Length > 0)
            book.Apply();
        throw new CommandException(
            ExitStatus.Failed,
            over.Length > 0
                ? $"there was no room; {over.Length} policies that had ended were removed: try again"
                : $"there are {Limits.MaxPolicies - 1} policies, the most there can be; remove some with 'controller -d'");
    }

    private static void RequirePreloaded(PolicyBook book, ImageSet images)
    {
        var missing = images & ~book.Preloaded;
        if (missing != ImageSet.None)
            throw new CommandException(
                ExitStatus.Failed,
                $"{missing.Listed()} is not preloaded, only {book.Preloaded.Listed()}; "
                + "end the loader with 'controller -f' and start it with that image");
    }

    private static void RequireOnline(int cpu)
    {
        var online = File.ReadAllText("/sys/devices/system/cpu/online").Trim();
        if (!CpuList.Parse(online).Contains(cpu))
            throw new CommandException(ExitStatus.Failed, $"there is no CPU {cpu} at work; these are: {online}");
    }

    private static bool IsSameLife(in Policy policy, ProcTask? task) =>
        task is null || task.Stat.IsLife(policy.StartId);

    private static void RequireLive(PolicyBook book, uint slot)
    {
        if (book.IsOver(slot))
            throw new CommandException(
                ExitStatus.Failed, "the kernel could not arm the deadline, so the policy has ended; try again, or without -t");
    }

    private static string Add(PolicyBook book, ControllerOptions options, ProcTask? task)
    {
        var slot = book.Add(WithOptions(
            new Policy
            {
                Kind = options.Target.Kind,
                Target = options.Target.Id,
                Images = options.Images,
                Comm = PolicyBook.Comm(options.Target.Kind == TargetKind.Idle
                    ? $"swapper/{options.Target.Id}"
                    : task?.Stat.Comm ?? ""),
            },
            options,
            book.LoaderPid));
        var probes = Probe(book, slot, task, isAsked: true, () => book.Remove(slot));
        book.Apply();
        RequireLive(book, slot);
        if (task is not null && !IsSameLife(book.Reread(slot), task))
        {
            var target = PolicyText.Target(book[slot]);
            book.Remove(slot);
            book.Apply();
            throw new CommandException(
                ExitStatus.Failed, $"{target} has exited meanwhile, or this kernel hides it from BPF; nothing is imaged");
        }

        return $"imaging {Describe(book, slot, task)}{PolicyText.WhatItStarts(book[slot])}: {options.Images.ListedLevels(options.ProbesLocks)}{Deadline(options)}{probes}";
    }

    private static string Change(PolicyBook book, uint slot, ControllerOptions options, ProcTask? task)
    {
        var old = book[slot];
        // The level of key times is an option: it is replaced where key times are named.
        var kept = options.Images.HasFlag(ImageSet.Keytime) ? old.Images & ~ImageSet.Ledger : old.Images;
        var changed = old.Images ^ (kept | options.Images);
        book.Change(slot, WithOptions(old with { Images = kept | options.Images }, options, book.LoaderPid));
        var probes = Probe(book, slot, task, options.Images.HasFlag(ImageSet.Lock), () => book.Change(slot, old));
        book.Apply();
        RequireLive(book, slot);

        var images = changed == ImageSet.None ? "images as they were" : string.Join(" ", changed.Levels(options.ProbesLocks).Select(name => "+" + name));
        if (changed == ImageSet.Ledger)
            images = $"keytime {options.KeytimeLevel}";
        else if (changed == ImageSet.None && book[slot].SyscallSequence != old.SyscallSequence)
            images = $"the last {options.SyscallSequence} system calls";
        return $"changed policy {old.Id}, {PolicyText.Target(old)}{PolicyText.WhatItStarts(book[slot])}: {images}"
            + (options.TimeSeconds > 0 ? Deadline(options) : ", no deadline")
            + probes;
    }

    /// <summary>
    /// Before the policy is in force: then nothing is missed. Who asks again has them put anew: the target may run another program, or
    /// have loaded another library.
    /// </summary>
    private static string Probe(PolicyBook book, uint slot, ProcTask? task, bool isAsked, Action undo)
    {
        if (task is null || !book[slot].WantsProbes || (!isAsked && LockProbes.Has(book.Maps.Directory, book[slot])))
            return "";
        try
        {
            var (set, count) = LockProbes.Attach(book.Maps.Directory, book[slot].Id, task.Tgid);
            book.Change(slot, book[slot] with { Probes = set });
            return $"; probes at {count} places of its C library";
        }
        catch
        {
            undo();
            book.Apply();
            throw;
        }
    }

    private static Policy WithOptions(Policy policy, ControllerOptions options, int loader)
    {
        policy.Flags = (options.IncludeSelf || IsOwn(options.Target, loader) ? PolicyFlag.IncludeSelf : PolicyFlag.None)
            | (options.Follow ? PolicyFlag.Follow : PolicyFlag.None)
            | (ProbesLocks(policy, options) ? PolicyFlag.Exact : PolicyFlag.None);
        policy.Duration = (options.TimeSeconds ?? 0) * NanosecondsPerSecond;
        policy.Deadline = 0;
        policy.KeytimeLevel = policy.Images.HasFlag(ImageSet.Ledger) ? 1u : 0;
        if (options.Images.HasFlag(ImageSet.Syscall)) // where that is not named it stays
            policy.SyscallSequence = options.SyscallSequence;
        return policy;
    }

    /// <summary>Where locks are not named it stays as it is.</summary>
    private static bool ProbesLocks(in Policy policy, ControllerOptions options) =>
        options.Images.HasFlag(ImageSet.Lock) ? options.ProbesLocks : policy.Flags.HasFlag(PolicyFlag.Exact);

    private static bool IsOwn(Target target, int loader) =>
        target.Id != 0 && (target.Id == Environment.ProcessId || target.Id == loader);

    private static string Deadline(ControllerOptions options) =>
        options.TimeSeconds is > 0 ? $", deadline {options.TimeSeconds} s" : "";

    private static string Describe(PolicyBook book, uint slot, ProcTask? task)
    {
        if (book[slot].Kind == TargetKind.Idle)
            return PolicyText.Target(book[slot]);
        if (task is null)
        {
            var imaged = ImagedTasks.Count(book.Maps);
            return $"every process ({imaged.Processes(slot)} processes, {imaged.Threads(slot)} threads)";
        }

        var name = OneLine.Of(task.Stat.Comm);
        return book[slot].Kind == TargetKind.Thread
            ? $"thread {task.Id} ({name}), 1 of {task.Stat.Threads} threads of process {task.Tgid}; "
                + $"-P {task.Tgid} images all of them"
            : $"process {task.Id} ({name}, {task.Stat.Threads} {(task.Stat.Threads == 1 ? "thread" : "threads")})";
    }
}
