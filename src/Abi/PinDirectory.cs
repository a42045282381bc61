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
    /// <exception cref="PinsException">Another loader has it, or it belongs to another user.</exception>
    /// <exception cref="BpfException">It cannot be made.</exception>
    public static PinDirectory Hold(string path)
    {
        while (true)
        {
            if (mkdir(path, OwnerOnly) < 0 && Marshal.GetLastPInvokeError() is var error && error != Errno.EEXIST)
                throw BpfError.Create("create", path, error);
            if (FileIdentity.Of(path) is not { } identity)
                continue; // whoever had it has just removed it
            RefuseForeign(path, identity);
            return TryHold(path) ?? throw new PinsException(
                PinsProblem.Held,
                $"another loader{Named(path)} has {path}; end it with 'controller -f', or use another directory with --bpffs");
        }
    }

    /// <summary>Null when a loader has it.</summary>
    public static PinDirectory? TryHold(string path) =>
        DirectoryLock.TryTake(path) is { } held ? new PinDirectory(path, held) : null;

    /// <summary>What is pinned there.</summary>
    public static PinCounts Count(string path) => new(
        CountFiles(System.IO.Path.Combine(path, Pins.Links)),
        CountFiles(path),
        CountFiles(System.IO.Path.Combine(path, Pins.Iterators)));

    /// <summary>Takes away every pin, and with the last descriptor what was pinned. Returns what there was.</summary>
    public PinCounts Remove()
    {
        var links = Unlink(System.IO.Path.Combine(Path, Pins.Links));
        var iterators = Unlink(System.IO.Path.Combine(Path, Pins.Iterators));
        var maps = Unlink(Path);
        return new PinCounts(links, maps, iterators);
    }

    public void Dispose() => _lock.Dispose();

    private static int CountFiles(string directory) =>
        Directory.Exists(directory) ? Directory.GetFiles(directory).Length : 0;

    private static int Unlink(string directory)
    {
        if (!Directory.Exists(directory))
            return 0;
        var count = 0;
        foreach (var pin in Directory.EnumerateFiles(directory))
        {
            File.Delete(pin);
            count++;
        }

        Directory.Delete(directory);
        return count;
    }

    /// <summary>A bpffs is writable for everybody where it is mounted so: pins of others are not to be trusted.</summary>
    private static void RefuseForeign(string path, FileIdentity identity)
    {
        if (identity.Owner != geteuid())
            throw new PinsException(
                PinsProblem.Unusable,
                $"{path} belongs to user {identity.Owner}; remove it, or use another directory with --bpffs");
    }

    private static string Named(string path)
    {
        try
        {
            using var maps = KernelMaps.OpenPinned(path);
            return $" (pid {maps.ReadControl().LoaderTgid})";
        }
        catch (Exception exception) when (exception is PinsException or BpfException)
        {
            return ""; // it is only just starting, or of another version
        }
    }

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
