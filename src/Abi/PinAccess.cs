using System.Runtime.InteropServices;
using Libbpf;

namespace ProcImage.Abi;

/// <summary>
/// Who may use the pins: their owner alone, or besides the members of a group, who may then write policies. It takes no
/// capability: the kernel looks at the mode of a pin when it is opened, and at nothing after that.
/// </summary>
public static partial class PinAccess
{
    private const UnixFileMode OwnerDirectory =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode OwnerPin = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const uint KeepOwner = uint.MaxValue;

    /// <summary>Sets owner and mode of every pin.</summary>
    /// <param name="directory">Of the pins; of this user.</param>
    /// <param name="group">The gid; null for none.</param>
    /// <exception cref="BpfException">EPERM: to give a pin to a group takes CAP_CHOWN, or to be in that
    /// group.</exception>
    public static void Grant(string directory, uint? group)
    {
        var gid = group ?? getegid();
        if (group is null)
            Set(directory, gid, OwnerDirectory); // first: nobody comes by it any more
        foreach (var (path, mode) in Granted(directory))
            if (FileIdentity.Of(path) is not null)
                Set(path, gid, group is null ? mode & ~GroupBits : mode);
    }

    /// <summary>The first directory above the pins that members cannot pass; null when they reach them.</summary>
    public static string? Obstacle(string directory, uint group)
    {
        for (var path = Path.GetDirectoryName(directory); path is not null; path = Path.GetDirectoryName(path))
        {
            var mode = File.GetUnixFileMode(path);
            if (!mode.HasFlag(UnixFileMode.OtherExecute)
                && !(mode.HasFlag(UnixFileMode.GroupExecute) && FileIdentity.Of(path)?.Group == group))
                return path;
        }

        return null;
    }

    private const UnixFileMode GroupBits =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute;

    /// <summary>
    /// Every path with what members may do, the directory last. They may not list it or write to it: not even to
    /// take its lock, which is the loader's. They do lock the folder of iterators, for which they must read it.
    /// </summary>
    private static IEnumerable<(string Path, UnixFileMode Mode)> Granted(string directory) =>
    [
        .. Pins.Maps.Select(map => (Pins.Map(directory, map), OwnerPin | MembersMay(map))),
        .. Pins.In(Pins.Links).Select(hook => (Pins.Link(directory, hook), OwnerPin)),
        .. Pins.In(Pins.Programs).Select(hook => (Pins.Program(directory, hook), OwnerPin)),
        .. Pins.In(Pins.Iterators).Select(name => (Pins.Iterator(directory, name), OwnerPin | UnixFileMode.GroupRead)),
        (Path.Combine(directory, Pins.Links), OwnerDirectory),
        (Path.Combine(directory, Pins.Programs), OwnerDirectory),
        (Path.Combine(directory, Pins.Iterators), OwnerDirectory | UnixFileMode.GroupRead | UnixFileMode.GroupExecute),
        (directory, OwnerDirectory | UnixFileMode.GroupExecute),
    ];

    /// <summary>What the controller does with a map.</summary>
    private static UnixFileMode MembersMay(string map) => map switch
    {
        Pins.Control or Pins.Policies or Pins.Targets => UnixFileMode.GroupRead | UnixFileMode.GroupWrite,
        Pins.Activity or Pins.Losses => UnixFileMode.GroupRead,
        _ => UnixFileMode.None,
    };

    private static void Set(string path, uint group, UnixFileMode mode)
    {
        if (FileIdentity.Of(path)?.Group != group && lchown(path, KeepOwner, group) < 0)
        {
            var error = Marshal.GetLastPInvokeError();
            throw new BpfException(
                "give", $"{path} to group {group}", error, Marshal.GetPInvokeErrorMessage(error),
                "run with CAP_CHOWN, or with that group among its own (systemd: SupplementaryGroups=)");
        }

        File.SetUnixFileMode(path, mode);
    }

    [LibraryImport("libc", EntryPoint = "getegid")]
    private static partial uint getegid();

    [LibraryImport("libc", EntryPoint = "lchown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int lchown(string path, uint owner, uint group);
}
