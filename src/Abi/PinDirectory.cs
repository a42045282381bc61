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
                throw BpfError.Create("create", path, error);
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

    /// <summary>What is pinned there, of all that this tool pins.</summary>
    public static PinCounts Count(string path) => new(
        Known(path, Pins.Links).Concat(Known(path, Pins.Programs)).DistinctBy(System.IO.Path.GetFileName).Count(),
        Known(path, "").Count(),
        Known(path, Pins.Iterators).Count());

    /// <summary>
    /// Takes away every pin, and with the last descriptor what was pinned. The control map goes first: where it is,
    /// everything is. What this tool has not pinned stays. Returns what there was.
    /// </summary>
    /// <exception cref="IOException">Something else is in the directory.</exception>
    public PinCounts Remove()
    {
        var counts = Count(Path);
        foreach (var folder in Pins.Folders.Prepend(""))
            foreach (var pin in Known(Path, folder))
                File.Delete(pin);
        foreach (var folder in Pins.Folders.Append(""))
            if (Directory.Exists(System.IO.Path.Combine(Path, folder)))
                Directory.Delete(System.IO.Path.Combine(Path, folder));
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

    /// <summary>Nothing where it is only just starting, or of another version.</summary>
    private static string Named(string path) =>
        SinglePins.TryRead(path, Pins.Control, out Control control) && control.Abi == Limits.AbiVersion
            ? $" (pid {control.LoaderPid})"
            : "";

    private const uint OwnerOnly = 0x1C0; // 0700

    [LibraryImport("libc", EntryPoint = "mkdir", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int mkdir(string path, uint mode);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint geteuid();
}

/// <summary>How many pins there were.</summary>
public readonly record struct PinCounts(int Hooks, int Maps, int Iterators)
{
    public override string ToString() => $"{Hooks} hooks, {Maps} maps, {Iterators} iterators removed";
}
