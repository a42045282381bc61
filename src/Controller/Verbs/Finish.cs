using System.Diagnostics;
using Libbpf;
using ProcImage.Abi;
using ProcImage.CommandLine;

namespace ProcImage.Controller.Verbs;

/// <summary>Ends the loader and takes down every program and pin, also when the loader is gone. Returns when all is gone.</summary>
internal static class Finish
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(5);

    public static ExitStatus Run(ControllerOptions options, TextWriter output)
    {
        if (!Directory.Exists(options.Bpffs))
            throw new PinsException(
                PinsProblem.NotPreloaded, $"nothing is preloaded at {options.Bpffs}; there is nothing to finish");
        PinDirectory.RefuseForeign(options.Bpffs);
        var before = PinDirectory.Count(options.Bpffs);
        var objects = KernelObjects.Of(options.Bpffs);
        var begin = Stopwatch.GetTimestamp();
        while (Directory.Exists(options.Bpffs))
        {
            using var directory = PinDirectory.TryHold(options.Bpffs);
            if (directory is not null)
                directory.Remove();
            else if (Stopwatch.GetElapsedTime(begin) > 4 * _patience)
                throw new CommandException(
                    ExitStatus.Failed, $"a process that is no loader has {options.Bpffs}; /proc/locks names it");
            else
                EndLoader(options.Bpffs);
        }

        if (!objects.WaitUntilGone(_patience))
            throw new CommandException(
                ExitStatus.Failed, "the pins are gone, but another process still holds programs; 'bpftool prog show' names it");
        output.Tell($"finished: {before}");
        return ExitStatus.Done;
    }

    private static void EndLoader(string directory)
    {
        using var loader = Find(directory);
        if (loader is null)
        {
            Thread.Sleep(_pause); // it is only just starting or ending
            return;
        }

        loader.Send(Pidfd.Terminate);
        if (loader.WaitForExit(_patience))
            return;
        loader.Send(Pidfd.Kill);
        loader.WaitForExit(_patience);
    }

    /// <summary>
    /// The process that the control map names, or else the one that the kernel side has met: user space may have
    /// written anything, and the kernel has another pid for it in a container.
    /// </summary>
    private static Pidfd? Find(string directory)
    {
        try
        {
            using var maps = KernelMaps.OpenPinned(directory);
            var activity = maps.ReadActivity();
            var program = activity.OwnInode[(int)Caller.Loader];
            return Open(maps.ReadControl().LoaderPid, program) ?? Open(activity.LoaderTgid, program);
        }
        catch (Exception gone) when (gone is PinsException { Problem: PinsProblem.NotPreloaded }
            or BpfException { Errno: Errno.ENOENT })
        {
            return null;
        }
    }

    /// <summary>Null when it does not run the program that the kernel side has met as loader.</summary>
    private static Pidfd? Open(int pid, ulong program)
    {
        if (pid <= 0 || Pidfd.Open(pid) is not { } process)
            return null;
        if (FileIdentity.OfTarget($"/proc/{pid}/exe")?.Inode == program)
            return process;
        process.Dispose();
        return null;
    }
}
