using System.Runtime.InteropServices;
using Libbpf;

namespace ProcImage.Abi;

/// <summary>The directory of the pins. Whoever holds its lock may put pins into it and take them away.</summary>
public sealed partial class PinDirectory : IDisposable
{
    private readonly DirectoryLock _lock;

    private PinDirectory(string path, DirectoryLock held)
    {
        Path = path;
        _lock = held;
    }

    public string Path { get; }

    public bool Exists(string name) => FileIdentity.Of(Pins.Map(Path, name)) is not null;

    /// <summary>Makes the directory where it is missing, and takes it for this process until it ends.</summary>
    /// <exception cref="PinsException">Another loader has it, or it is not one of pins of this user.</exception>
    /// <exception cref="BpfException">It cannot be made.</exception>
    public static PinDirectory Hold(string path)
    {
        if (!Bpffs.IsOn(path))
            throw NoBpffs(path); // before a directory is made that nobody wants
        while (true)
        {
            if (mkdir(path, OwnerOnly) < 0 && Marshal.GetLastPInvokeError() is var error && error != Errno.EEXIST)
                throw new BpfException(
                    "create", path, error, Marshal.GetPInvokeErrorMessage(error),
                    error switch
                    {
                        Errno.ENOENT => "create the directory above it first",
                        Errno.EROFS => "mount it writable",
                        _ => "run as root",
                    });
            try
            {
                return TryHold(path) ?? throw new PinsException(
                    PinsProblem.Held,
                    $"another loader{Named(path)} has {path}; "
                    + "end it with 'controller -f', or use another directory with --bpffs");
            }
            catch (BpfException gone) when (gone.Errno == Errno.ENOENT)
            {
                // Whoever had it has just removed it.
            }
        }
    }

    /// <summary>Null when a loader has it.</summary>
    /// <exception cref="PinsException">It is not a directory of pins of this user.</exception>
    public static PinDirectory? TryHold(string path)
    {
        RefuseForeign(path);
        return DirectoryLock.TryTake(path) is { } held ? new PinDirectory(path, held) : null;
    }

    /// <summary>Goes on with a lock that was inherited; null when the descriptor is none of this directory.</summary>
    public static PinDirectory? FromInherited(string path, int fd) =>
        DirectoryLock.FromInherited(fd, path) is { } held ? new PinDirectory(path, held) : null;

    /// <summary>The descriptor that holds the lock.</summary>
    public int Fd => _lock.Fd;

    /// <summary>What is pinned there, of all that this tool pins.</summary>
    public static PinCounts Count(string path) => new(
        Known(path, Pins.Links).Concat(Known(path, Pins.Programs)).Select(System.IO.Path.GetFileName).Except(Pins.ProbePrograms).Distinct().Count(),
        Known(path, "").Count(),
        Known(path, Pins.Iterators).Count());

    /// <summary>
    /// Takes away every pin, and with the last descriptor what was pinned. The control map goes first: where it is,
    /// everything is. What this tool has not pinned stays. Returns what there was.
    /// </summary>
    /// <exception cref="PinsException">Something else is in the directory.</exception>
    public PinCounts Remove()
    {
        var counts = Count(Path);
        foreach (var folder in Pins.Folders.Prepend(""))
            foreach (var pin in Known(Path, folder))
                File.Delete(pin);
        foreach (var (pin, _, _) in ProbePins.All(Path))
            File.Delete(pin);
        foreach (var folder in Pins.Folders.Append(""))
            Delete(System.IO.Path.Combine(Path, folder));
        return counts;
    }

    public void Dispose() => _lock.Dispose();

    /// <summary>
    /// A bpffs is writable for everybody where it is mounted so: pins of others are not to be trusted, and neither is a
    /// link that leads elsewhere.
    /// </summary>
    /// <exception cref="PinsException">It is not a directory of pins of this user.</exception>
    public static void RefuseForeign(string path)
    {
        if (FileIdentity.Of(path) is not { } identity)
            return;
        if (!identity.IsDirectory || !Bpffs.IsOn(path))
            throw NoBpffs(path);
        if (identity.Owner != geteuid() && identity.Owner != 0)
            throw new PinsException(
                PinsProblem.Unusable,
                $"{path} belongs to user {identity.Owner}; remove it, or use another directory with --bpffs");
    }

    private static PinsException NoBpffs(string path) => new(
        PinsProblem.Unusable, $"{path} is no directory of a bpffs; name one below /sys/fs/bpf with --bpffs");

    /// <summary>Pins of this tool in one of its folders, those that there are.</summary>
    private static IEnumerable<string> Known(string path, string folder) =>
        Pins.In(folder).Select(name => System.IO.Path.Combine(path, folder, name)).Where(File.Exists);

    private static void Delete(string folder)
    {
        try
        {
            if (Directory.Exists(folder))
                Directory.Delete(folder);
        }
        catch (IOException)
        {
            throw new PinsException(
                PinsProblem.Unusable,
                $"{folder} holds what ProcImage has not pinned; move it away, then run 'controller -f' again");
        }
    }

    private static string Named(string path) => DirectoryLock.Holder(path) is { } pid ? $" (pid {pid})" : "";

    /// <summary>To remove a pin is to write to its directory, which nobody but its owner may.</summary>
    /// <exception cref="BpfException">EACCES, EROFS.</exception>
    public static void RequireOwner(string path)
    {
        if (faccessat(CurrentDirectory, path, ReadWriteSearch, EffectiveIds) == 0)
            return;
        if (Marshal.GetLastPInvokeError() == Errno.EROFS)
            throw BpfError.Create("take down", path, Errno.EROFS);
        throw new BpfException(
            "take down", path, Errno.EACCES, "its pins are its owner's",
            "run as root; 'controller -d' removes policies alone");
    }

    private const int CurrentDirectory = -100; // AT_FDCWD
    private const int EffectiveIds = 0x200; // AT_EACCESS
    private const int ReadWriteSearch = 7; // R_OK | W_OK | X_OK
    private const uint OwnerOnly = 0x1C0; // 0700

    [LibraryImport("libc", EntryPoint = "mkdir", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int mkdir(string path, uint mode);

    [LibraryImport("libc", EntryPoint = "faccessat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int faccessat(int directory, string path, int mode, int flags);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint geteuid();
}

/// <summary>How many pins there were.</summary>
public readonly record struct PinCounts(int Hooks, int Maps, int Iterators)
{
    public override string ToString() => $"{Hooks} hooks, {Maps} maps, {Iterators} iterators";
}
