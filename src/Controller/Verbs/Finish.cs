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
            throw new PinsException(PinsProblem.NotPreloaded, $"nothing is preloaded at {options.Bpffs}; there is nothing to finish");
        var before = PinDirectory.Count(options.Bpffs);
        var objects = KernelObjects.Of(options.Bpffs);
        while (Directory.Exists(options.Bpffs))
        {
            using var directory = PinDirectory.TryHold(options.Bpffs);
            if (directory is not null)
                directory.Remove();
            else
                EndLoader(options.Bpffs);
        }

        objects.WaitUntilGone(_patience);
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

    /// <summary>The process that the control map names, if it runs the program that the control map names.</summary>
    private static Pidfd? Find(string directory)
    {
        Control control;
        try
        {
            using var maps = KernelMaps.OpenPinned(directory);
            control = maps.ReadControl();
        }
        catch (Exception failure) when (failure is PinsException { Problem: PinsProblem.NotPreloaded } or BpfException { Errno: Errno.ENOENT })
        {
            return null;
        }

        var loader = Pidfd.Open(control.LoaderTgid);
        var program = FileIdentity.Of($"/proc/{control.LoaderTgid}/exe");
        if (loader is null || program?.Inode == control.SelfInode[(int)OwnProgram.Loader])
            return loader;
        loader.Dispose();
        return null;
    }
}
