using System.Diagnostics;
using Libbpf;
using ProcImage.Abi;

namespace ProcImage.Loading;

/// <summary>
/// The kernel side as this loader has it: preloaded by it, or adopted from one that is gone. It is reached through
/// its pins alone, so that both are the same.
/// </summary>
internal sealed class KernelSide : IDisposable
{
    private readonly PinDirectory _directory;

    private KernelSide(PinDirectory directory, KernelMaps maps, bool adopted, TimeSpan elapsed)
    {
        _directory = directory;
        Maps = maps;
        Adopted = adopted;
        Elapsed = elapsed;
    }

    public KernelMaps Maps { get; }

    public bool Adopted { get; }

    /// <summary>How long it took to get here.</summary>
    public TimeSpan Elapsed { get; }

    public ImageSet Preloaded => Maps.ReadControl().Preloaded;

    public IReadOnlyList<string> Hooks => ImageSupport.Hooks(Preloaded);

    public bool IsStandby => Standby.Is(_directory.Path);

    /// <exception cref="PinsException">The pins are another loader's, or cannot be used.</exception>
    /// <exception cref="BpfException">This kernel or these privileges cannot.</exception>
    public static KernelSide Start(string path, ImageSet images, bool standby)
    {
        var begin = Stopwatch.GetTimestamp();
        var directory = PinDirectory.Hold(path);
        try
        {
            var adopted = directory.Exists(Pins.Control);
            if (!adopted)
            {
                PinCheck.RefuseWithoutControl(path);
                directory.Remove(); // what a loader that was killed while it preloaded has left
                directory.Dispose();
                directory = PinDirectory.Hold(path);
                Preload.Run(directory, images, standby);
            }

            var maps = KernelMaps.OpenPinned(path);
            var side = new KernelSide(directory, maps, adopted, Stopwatch.GetElapsedTime(begin));
            side.RequirePreloaded(images);
            side.Register();
            return side;
        }
        catch
        {
            directory.Dispose();
            throw;
        }
    }

    /// <summary>Whether a program is attached to a hook.</summary>
    public bool IsAttached(string hook) => _directory.Exists(Path.Combine(Pins.Links, hook));

    /// <summary>
    /// What the kernel says of the program on a hook; null when it is not attached, or for want of CAP_SYS_ADMIN.
    /// </summary>
    public ProgramInfo? Program(string hook)
    {
        try
        {
            using var link = BpfLink.OpenPinned(Pins.Link(_directory.Path, hook));
            return BpfInventory.Program(link.Info().ProgramId);
        }
        catch (BpfException denied) when (denied.Errno is Errno.EPERM or Errno.ENOENT)
        {
            return null;
        }
    }

    /// <summary>Takes everything down.</summary>
    public PinCounts Remove()
    {
        Maps.Dispose();
        return _directory.Remove();
    }

    public void Dispose()
    {
        Maps.Dispose();
        _directory.Dispose();
    }

    private void RequirePreloaded(ImageSet images)
    {
        var missing = images & ~Preloaded;
        if (missing == ImageSet.None)
            return;
        Maps.Dispose();
        throw new PinsException(
            PinsProblem.Unusable,
            $"{_directory.Path}, left by a loader that is gone, has no image of "
            + $"{missing.Listed()}; take it down with 'controller -f' and start again");
    }

    /// <summary>So that the tool's own processes are known, and the controller finds this one.</summary>
    private void Register()
    {
        using var held = Maps.LockPolicies();
        Maps.Apply(Maps.ReadControl() with { LoaderPid = Environment.ProcessId, Sweep = 0 }, Caller.Loader);
        Standby.Detach(Maps);
    }
}
