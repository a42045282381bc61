using Libbpf.Native;

namespace Libbpf;

public sealed unsafe partial class BpfMap
{
    /// <summary>
    /// The initial bytes of a map of global variables, to be changed before the load. The memory is the object's:
    /// the span must not be used once it is loaded or disposed.
    /// </summary>
    /// <exception cref="BpfException">The map has no initial value.</exception>
    /// <exception cref="InvalidOperationException">The object has been loaded.</exception>
    public Span<byte> InitialValue
    {
        get
        {
            var parent = RequireConfigurable();
            using var lease = new HandleLease(parent.Handle);
            nuint size;
            byte* value = LibbpfNative.bpf_map__initial_value(_map, &size);
            if (value == null)
                throw new BpfException(BpfOperation.Configure, Subject, 0, "it has no initial value",
                    "only maps of global variables have one");
            return new Span<byte>(value, (int)size);
        }
    }

    /// <summary>Sets the number of entries (bytes of a ring buffer) before the load.</summary>
    /// <exception cref="BpfException">The number does not fit the type.</exception>
    /// <exception cref="InvalidOperationException">The object has been loaded.</exception>
    public void SetMaxEntries(int entries)
    {
        using var lease = new HandleLease(RequireConfigurable().Handle);
        BpfError.Check(LibbpfNative.bpf_map__set_max_entries(_map, (uint)entries), BpfOperation.Configure, Subject);
    }

    /// <summary>
    /// Whether the load creates it, set before the load. A program that refers to a map that is not there must not
    /// be loaded, or must not reach that code.
    /// </summary>
    /// <exception cref="InvalidOperationException">The object has been loaded.</exception>
    public void SetAutocreate(bool create)
    {
        using var lease = new HandleLease(RequireConfigurable().Handle);
        BpfError.Check(LibbpfNative.bpf_map__set_autocreate(_map, create), BpfOperation.Configure, Subject);
    }

    /// <summary>
    /// Lets the object use a map that is there already, with what is in it, instead of creating one. The descriptor
    /// is duplicated.
    /// </summary>
    /// <remarks>libbpf takes over the other map's shape, so compare it (<see cref="ExpectShape"/>) first.</remarks>
    /// <exception cref="InvalidOperationException">The object has been loaded.</exception>
    public void Reuse(BpfMap existing)
    {
        using var lease = new HandleLease(RequireConfigurable().Handle);
        using var other = new HandleLease(existing._owner);
        BpfError.Check(LibbpfNative.bpf_map__reuse_fd(_map, existing.Fd), BpfOperation.Configure, Subject);
    }

    private BpfObject RequireConfigurable()
    {
        if (_parent is null)
            throw new InvalidOperationException($"{Subject} exists and cannot be configured");
        _parent.RequireNotLoaded(Subject);
        return _parent;
    }
}
