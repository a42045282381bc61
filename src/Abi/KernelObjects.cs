using System.Diagnostics;
using Libbpf;

namespace ProcImage.Abi;

/// <summary>
/// The programs behind a directory of pins and the maps that they use. The kernel frees them only some time after the
/// last pin and descriptor: links after a grace period, maps after their programs.
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
        foreach (var pin in Links(directory))
        {
            try
            {
                using var link = BpfLink.OpenPinned(pin);
                objects.Add(link.Info().ProgramId);
            }
            catch (BpfException gone) when (gone.Errno == Errno.ENOENT)
            {
                // Its loader is taking it down at this moment.
            }
            catch (BpfException denied) when (denied.Errno == Errno.EPERM)
            {
                return new KernelObjects(); // without CAP_SYS_ADMIN nobody learns what the kernel still has
            }
        }

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

    private static IEnumerable<string> Links(string directory) =>
        new[] { Pins.Links, Pins.Iterators }
            .SelectMany(folder => Pins.In(folder).Select(name => Path.Combine(directory, folder, name)))
            .Where(File.Exists);

    private void Add(uint program)
    {
        _programs.Add(program);
        if (BpfInventory.Program(program) is { } info)
            _maps.UnionWith(info.MapIds);
    }
}
