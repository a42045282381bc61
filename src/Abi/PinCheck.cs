using Libbpf;

namespace ProcImage.Abi;

/// <summary>
/// Whether what is pinned is what was pinned at preload. Nothing is repaired: what a missing hook would have counted is
/// lost, and its program could not find the storage of tasks again, which has no pin.
/// </summary>
public static class PinCheck
{
    /// <exception cref="PinsException">It is of another version, or a pin is missing or another object.</exception>
    public static void Require(string directory, in Control control)
    {
        if (control.Abi != Limits.AbiVersion)
            throw new PinsException(
                PinsProblem.Unusable,
                $"{directory} is of ABI version {control.Abi}, this program of {Limits.AbiVersion}; "
                + "use the programs that preloaded it, or take it down with 'controller -f'");
        for (var i = 0; i < Pins.All.Count; i++)
            if (control.Pins[i] != 0)
                Require(directory, Pins.All[i], control.Pins[i]);
    }

    /// <summary>
    /// Without the control map nothing was preloaded to the end, and there is no policy. Where there is one, only that
    /// pin is gone.
    /// </summary>
    /// <exception cref="PinsException">There is a policy.</exception>
    public static void RefuseWithoutControl(string directory)
    {
        if (SinglePins.TryRead(directory, Pins.Activity, out Activity activity) && activity.Policies > 0)
            throw Damaged($"{Pins.Map(directory, Pins.Control)} is missing");
    }

    public static PinsException Damaged(string what) =>
        new(PinsProblem.Unusable, $"{what}; take the rest down with 'controller -f' and start again");

    /// <exception cref="PinsException">It is missing, or not the link of that program.</exception>
    public static void RequireLink(string path, uint program) => Require(
        path,
        () =>
        {
            using var link = BpfLink.OpenPinned(path);
            return link.Info().ProgramId;
        },
        program);

    private static void Require(string directory, string pin, uint id)
    {
        var path = Path.Combine(directory, pin);
        Require(path, () => IdOf(path, Path.GetDirectoryName(pin)!), id);
    }

    private static void Require(string path, Func<uint> read, uint id)
    {
        try
        {
            if (read() != id)
                throw Damaged($"{path} is not what was pinned there");
        }
        catch (BpfException missing) when (missing.Errno == Errno.ENOENT)
        {
            throw Damaged($"{path} is missing");
        }
        catch (BpfException foreign) when (foreign.Errno == Errno.EINVAL)
        {
            throw Damaged($"{path} is not what was pinned there");
        }
        catch (BpfException denied) when (denied.Errno == Errno.EACCES)
        {
            // Not for this user to see, nor to use: a member of a group.
        }
    }

    private static uint IdOf(string path, string folder) => folder switch
    {
        "" => MapId(path),
        Pins.Programs => ProgramId(path),
        _ => LinkId(path),
    };

    private static uint ProgramId(string path)
    {
        using var program = PinnedProgram.Open(path);
        return program.Info().Id;
    }

    private static uint MapId(string path)
    {
        using var map = BpfMap.OpenPinned(path, readOnly: true);
        return map.Info.Id;
    }

    private static uint LinkId(string path)
    {
        using var link = BpfLink.OpenPinned(path);
        return link.Info().Id;
    }
}
