using System.Diagnostics;
using Libbpf;

namespace ProcImage.Abi;

/// <summary>
/// The programs behind a directory of pins, the maps that they use, and those that are pinned. The kernel frees them
/// only some time after the last pin and descriptor: links after a grace period, maps after their programs.
/// </summary>
public sealed class KernelObjects
{
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(2);

    private readonly HashSet<uint> _programs = [];
    private readonly HashSet<uint> _maps = [];

    /// <summary>None for who has no CAP_SYS_ADMIN: then there is nothing to wait for.</summary>
    public static KernelObjects Of(string directory)
    {
        var objects = new KernelObjects();
        foreach (var pin in In(directory, Pins.Links, Pins.Programs, Pins.Iterators))
        {
            try
            {
                objects.Add(ProgramId(pin));
            }
            catch (BpfException gone) when (gone.Errno is Errno.ENOENT or Errno.EINVAL)
            {
                // Its loader is taking it down at this moment, or it is no link.
            }
            catch (BpfException denied) when (denied.Errno == Errno.EPERM)
            {
                return new KernelObjects(); // without CAP_SYS_ADMIN nobody learns what the kernel still has
            }
        }

        if (SinglePins.TryRead(directory, Pins.Control, out Control control))
            for (var i = 0; i < Pins.Maps.Count; i++)
                objects._maps.Add(control.Pins[i]);

        return objects;
    }

    /// <summary>Whether they were gone by then.</summary>
    public bool WaitUntilGone(TimeSpan timeout)
    {
        var begin = Stopwatch.GetTimestamp();
        while (_programs.Count > 0 && (_programs.Overlaps(BpfInventory.ProgramIds()) || _maps.Overlaps(BpfInventory.MapIds())))
        {
            if (Stopwatch.GetElapsedTime(begin) > timeout)
                return false;
            Thread.Sleep(_pause);
        }

        return true;
    }

    private static uint ProgramId(string pin)
    {
        if (Path.GetFileName(Path.GetDirectoryName(pin)) == Pins.Programs)
        {
            using var program = PinnedProgram.Open(pin);
            return program.Info().Id;
        }

        using var link = BpfLink.OpenPinned(pin);
        return link.Info().ProgramId;
    }

    private static IEnumerable<string> In(string directory, params string[] folders) =>
        folders.SelectMany(folder => Pins.In(folder).Select(name => Path.Combine(directory, folder, name)))
            .Where(File.Exists);

    private void Add(uint program)
    {
        var info = BpfInventory.Program(program);
        _programs.Add(program);
        if (info is not null)
            _maps.UnionWith(info.MapIds);
    }
}
