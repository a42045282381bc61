using System.Diagnostics;
using System.Globalization;
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
        if (FileIdentity.Of(options.Bpffs) is null)
            throw new PinsException(
                PinsProblem.NotPreloaded, $"nothing is preloaded at {options.Bpffs}; there is nothing to finish");
        PinDirectory.RefuseForeign(options.Bpffs);
        PinDirectory.RequireOwner(options.Bpffs);
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
        output.Tell($"finished: {before} removed");
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
    /// The process that has the lock, which nobody but the owner of the pins can take: what stands in the maps may be
    /// written by members of a group, and must not tell root whom to kill.
    /// </summary>
    private static Pidfd? Find(string directory)
    {
        if (DirectoryLock.Holder(directory) is not { } pid || Pidfd.Open(pid) is not { } process)
            return null;
        // Asked again: now the descriptor is that of a process that has the lock.
        if (DirectoryLock.Holder(directory) == pid && (IsNamedLoader(pid) || IsRegistered(directory, pid)))
            return process;
        process.Dispose();
        return null;
    }

    /// <summary>Another controller that finishes has the lock too, for a moment.</summary>
    private static bool IsNamedLoader(int pid)
    {
        try
        {
            return File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/comm")) == "proc_image\n";
        }
        catch (IOException)
        {
            return false; // gone
        }
    }

    private static bool IsRegistered(string directory, int pid)
    {
        try
        {
            using var maps = KernelMaps.OpenPinned(directory, Caller.Controller);
            return maps.ReadControl().LoaderPid == pid;
        }
        catch (Exception exception) when (exception is PinsException or BpfException)
        {
            return false; // it is only just starting or ending, or of another version
        }
    }
}
