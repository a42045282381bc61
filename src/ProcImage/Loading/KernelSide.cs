using System.Diagnostics;
using Libbpf;
using Microsoft.Win32.SafeHandles;
using ProcImage.Abi;
using ProcImage.Symbols;

namespace ProcImage.Loading;

/// <summary>
/// The kernel side as this loader has it: preloaded by it, or adopted from one that is gone. It is reached through
/// its pins alone, so that both are the same.
/// </summary>
internal sealed class KernelSide : IDisposable
{
    private readonly PinDirectory _directory;
    private readonly HookPrograms _programs;
    private readonly SafeFileHandle? _symbols;

    private KernelSide(
        PinDirectory directory,
        KernelMaps maps,
        HookPrograms programs,
        SafeFileHandle? symbols,
        bool adopted,
        TimeSpan elapsed)
    {
        _symbols = symbols;
        _directory = directory;
        _programs = programs;
        Maps = maps;
        Adopted = adopted;
        Elapsed = elapsed;
    }

    public KernelMaps Maps { get; }

    /// <summary>Read when first asked for, with the rights that this process began with.</summary>
    public KernelSymbols Symbols => field ??= KernelSymbolsFile.Read(_symbols);

    public bool Adopted { get; }

    /// <summary>How long it took to get here.</summary>
    public TimeSpan Elapsed { get; }

    public IdleCost IdleCost { get; private set; }

    public ImageSet Preloaded => Maps.ReadControl().Preloaded;

    public IReadOnlyList<string> Hooks => ImageSupport.Hooks(Preloaded);

    public bool IsStandby => Attachment.IsStandby(Maps);

    /// <exception cref="PinsException">The pins are another loader's, or cannot be used.</exception>
    /// <exception cref="BpfException">This kernel or these privileges cannot.</exception>
    public static KernelSide Start(string path, ImageSet images, bool standby)
    {
        var begin = Stopwatch.GetTimestamp();
        double? before = null;
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
                if (!standby && images.HasFlag(ImageSet.Syscall))
                    before = IdleCost.TimeOfCall();
                Preload.Run(directory, images, standby);
            }

            var maps = KernelMaps.OpenPinned(path, Caller.Loader);
            var side = new KernelSide(
                directory, maps, HookPrograms.Open(path, Pins.In(Pins.Links)), KernelSymbolsFile.Open(), adopted,
                Stopwatch.GetElapsedTime(begin));
            side.RequirePreloaded(images);
            side.Register();
            side.IdleCost = new IdleCost(
                before is null ? null : Math.Max(0, IdleCost.TimeOfCall() - before.Value), IdleCost.OfSwitch(side));
            return side;
        }
        catch
        {
            directory.Dispose();
            throw;
        }
    }

    /// <summary>Goes on with what this process has started before it started again; null when it begins.</summary>
    public static KernelSide? Resume(string path)
    {
        if (Handover.Find() is not { } handed || PinDirectory.FromInherited(path, handed.Lock) is not { } directory)
            return null;
        return new KernelSide(
            directory, KernelMaps.OpenPinned(path, Caller.Loader), HookPrograms.FromInherited(handed.Programs),
            KernelSymbolsFile.FromInherited(handed.KernelSymbols), handed.Adopted, handed.Elapsed)
        {
            IdleCost = handed.IdleCost,
        };
    }

    /// <summary>For <see cref="Resume"/>.</summary>
    public Handover HandOver() => new(
        _directory.Fd, Adopted, Elapsed, IdleCost, (int?)_symbols?.DangerousGetHandle(), _programs.Descriptors);

    /// <summary>Whether a program is attached to a hook.</summary>
    public bool IsAttached(string hook) => _directory.Exists(Path.Combine(Pins.Links, hook));

    /// <summary>What the kernel says of the program on a hook; null for want of CAP_SYS_ADMIN at the start.</summary>
    public ProgramInfo? Program(string hook) => _programs.Info(hook);

    /// <summary>What is pinned.</summary>
    public PinCounts Count() => PinDirectory.Count(_directory.Path);

    /// <summary>Takes everything down.</summary>
    public PinCounts Remove()
    {
        _programs.Dispose();
        Maps.Dispose();
        return _directory.Remove();
    }

    public void Dispose()
    {
        _programs.Dispose();
        Maps.Dispose();
        _symbols?.Dispose();
        _directory.Dispose();
    }

    private void RequirePreloaded(ImageSet images)
    {
        var missing = images & ~Preloaded;
        if (missing == ImageSet.None)
            return;
        _programs.Dispose();
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
        Attachment.Adopt(Maps);
        Maps.Apply(Maps.ReadControl() with { LoaderPid = Environment.ProcessId, Sweep = 0 });
        Attachment.Detach(Maps);
    }
}
