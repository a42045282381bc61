using System.Runtime.InteropServices;
using Libbpf.Native;

namespace Libbpf;

/// <summary>
/// A map: a view of one that a <see cref="BpfObject"/> owns (then disposing does nothing and the object has to
/// outlive it), or one opened through its pin (then it owns its descriptor).
/// </summary>
/// <remarks>
/// The kernel copies by the sizes of the map, so every access compares them with those of its types before: a wrong
/// one would write beyond the caller's memory. Element access is safe from several threads.
/// </remarks>
public sealed unsafe partial class BpfMap : IDisposable
{
    private readonly SafeHandle _owner;
    private readonly BpfObject? _parent;
    private readonly nint _map;
    private int _fd = -1;
    private volatile BpfMapInfo? _info;

    internal BpfMap(BpfObject parent, nint map)
    {
        _owner = parent.Handle;
        _parent = parent;
        _map = map;
        DisplayName = NativeText.Read(LibbpfNative.bpf_map__name(map));
    }

    private BpfMap(SafeHandle fd, string path)
    {
        _owner = fd;
        _fd = (int)fd.DangerousGetHandle();
        DisplayName = path;
    }

    /// <summary>Its name, or the path of its pin.</summary>
    public string DisplayName { get; }

    /// <summary>Owned by the object or by this one.</summary>
    /// <exception cref="BpfException">The object is not loaded.</exception>
    public int Fd
    {
        get
        {
            _ = Info;
            return _fd;
        }
    }

    /// <summary>Asked of the kernel once.</summary>
    /// <exception cref="BpfException">The object is not loaded.</exception>
    public BpfMapInfo Info => _info ?? Inspect();

    internal SafeHandle Owner => _owner;

    private string Subject => $"map {DisplayName}";

    /// <summary>Opens a pinned map; the caller owns it.</summary>
    /// <param name="path">On a bpffs.</param>
    /// <param name="readOnly">Look-ups only, for which read permission on the pin is enough.</param>
    /// <exception cref="BpfException">ENOENT, EACCES, or EINVAL when the pin is no map.</exception>
    public static BpfMap OpenPinned(string path, bool readOnly = false)
    {
        Bpf.RequireLibrary();
        string subject = $"map {path}";
        var map = new BpfMap(readOnly ? Pins.OpenReadOnly(path, subject) : Pins.Open(path, subject), path);
        try
        {
            map.Inspect();
            return map;
        }
        catch
        {
            map.Dispose();
            throw;
        }
    }

    /// <summary>Makes sure that the map is what the caller was compiled for.</summary>
    /// <param name="type">What it has to be.</param>
    /// <param name="keySize">In bytes.</param>
    /// <param name="valueSize">In bytes, for one CPU.</param>
    /// <param name="maxEntries">Null for any number.</param>
    /// <exception cref="BpfException">It says what is different.</exception>
    public void ExpectShape(BpfMapType type, int keySize, int valueSize, int? maxEntries = null)
    {
        if (MapShape.Difference(Info, type, keySize, valueSize, maxEntries) is { } difference)
            throw new BpfException(BpfOperation.Use, Subject, 0, difference,
                "it belongs to another version: remove that one's pins, or use its programs");
    }

    /// <summary>Pins it, so that the map and what is in it stay.</summary>
    /// <param name="path">On a bpffs, in a directory that exists; a name without a dot.</param>
    /// <exception cref="BpfException">EEXIST when something is pinned there.</exception>
    public void Pin(string path)
    {
        using var lease = new HandleLease(_owner);
        Pins.Pin(Fd, Subject, path);
    }

    /// <summary>Closes a map opened through its pin; leaves the map of an object alone.</summary>
    public void Dispose()
    {
        if (_parent is null)
            _owner.Dispose();
    }

    internal bool Is(nint map) => map != 0 && map == _map;

    private BpfMapInfo Inspect()
    {
        using var lease = new HandleLease(_owner);
        int fd = _map == 0 ? _fd : LibbpfNative.bpf_map__fd(_map);
        if (fd < 0 || _parent is { IsLoaded: false })
            throw new BpfException(BpfOperation.Use, Subject, 0, "it does not exist yet", "load the object first");
        var info = BpfMapInfo.Read(fd, Subject);
        _fd = fd;
        return _info = info;
    }
}
