using System.Diagnostics;
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
        output.WriteLine($"finished: {before}");
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

    /// <summary>The process that the control map names, if it runs the program that the kernel side has met as loader.</summary>
    private static Pidfd? Find(string directory)
    {
        if (!SinglePins.TryReadLoader(directory, out var pid, out var inode))
            return null;
        var loader = Pidfd.Open(pid);
        if (FileIdentity.OfTarget($"/proc/{pid}/exe")?.Inode == inode)
            return loader;
        loader?.Dispose();
        return null;
    }
}
