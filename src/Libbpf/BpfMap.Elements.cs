using Libbpf.Native;

namespace Libbpf;

public sealed unsafe partial class BpfMap
{
    /// <summary>Copies the value of a key; false when there is none.</summary>
    /// <exception cref="BpfException">The types do not fit the map, or it has a value for each CPU.</exception>
    public bool TryLookup<TKey, TValue>(in TKey key, out TValue value)
        where TKey : unmanaged
        where TValue : unmanaged
    {
        RequireSingle<TKey, TValue>();
        using var lease = new HandleLease(_owner);
        fixed (TKey* k = &key)
        fixed (TValue* v = &value)
        {
            *v = default;
            return Found(LibbpfNative.bpf_map_lookup_elem(_fd, k, v), BpfOperation.LookUp);
        }
    }

    /// <summary>Copies the value of a key that is known to be there.</summary>
    /// <exception cref="BpfException">ENOENT, or as <see cref="TryLookup"/>.</exception>
    public TValue Lookup<TKey, TValue>(in TKey key)
        where TKey : unmanaged
        where TValue : unmanaged =>
        TryLookup(in key, out TValue value)
            ? value
            : throw BpfError.Create(BpfOperation.LookUp, Subject, Errno.ENOENT);

    /// <summary>Writes the value of a key.</summary>
    /// <param name="key">Of the map's key size.</param>
    /// <param name="value">Of the map's value size.</param>
    /// <param name="update">What to do about an entry that is there, or is not.</param>
    /// <exception cref="BpfException">
    /// EEXIST or ENOENT as <paramref name="update"/> demands, E2BIG when the map is full, EPERM when it is read-only;
    /// or the types do not fit.
    /// </exception>
    public void Update<TKey, TValue>(in TKey key, in TValue value, MapUpdate update = MapUpdate.Any)
        where TKey : unmanaged
        where TValue : unmanaged
    {
        RequireSingle<TKey, TValue>();
        using var lease = new HandleLease(_owner);
        fixed (TKey* k = &key)
        fixed (TValue* v = &value)
            BpfError.Check(LibbpfNative.bpf_map_update_elem(_fd, k, v, (ulong)update), BpfOperation.Update, Subject);
    }

    /// <summary>
    /// Writes entries in one system call (5.6 or later). Returns how many: fewer than were given when the map is full.
    /// </summary>
    /// <param name="keys">Of the map's key size.</param>
    /// <param name="values">As many, of the map's value size.</param>
    /// <exception cref="BpfException">The types do not fit, or as <see cref="Update"/>.</exception>
    public int UpdateMany<TKey, TValue>(ReadOnlySpan<TKey> keys, ReadOnlySpan<TValue> values)
        where TKey : unmanaged
        where TValue : unmanaged
    {
        RequireSingle<TKey, TValue>();
        if (keys.Length != values.Length)
            throw new ArgumentException($"{keys.Length} keys, {values.Length} values", nameof(values));
        if (keys.IsEmpty)
            return 0;
        using var lease = new HandleLease(_owner);
        uint count = (uint)keys.Length;
        fixed (TKey* k = keys)
        fixed (TValue* v = values)
        {
            int result = LibbpfNative.bpf_map_update_batch(_fd, k, v, &count, null);
            if (result != -Errno.E2BIG)
                BpfError.Check(result, BpfOperation.Update, Subject);
        }

        return (int)count;
    }

    /// <summary>Removes a key; false when it was not there. The entries of an array cannot be removed.</summary>
    /// <exception cref="BpfException">EINVAL of an array, EPERM when read-only; or the type does not fit.</exception>
    public bool Delete<TKey>(in TKey key)
        where TKey : unmanaged
    {
        RequireKey(sizeof(TKey));
        using var lease = new HandleLease(_owner);
        fixed (TKey* k = &key)
            return Found(LibbpfNative.bpf_map_delete_elem(_fd, k), BpfOperation.Delete);
    }

    /// <summary>
    /// The keys that are there. Entries that come or go meanwhile may be missing or appear twice; it ends after as
    /// many as the map can hold.
    /// </summary>
    /// <exception cref="BpfException">The type does not fit, or the map has no keys.</exception>
    public IReadOnlyList<TKey> Keys<TKey>()
        where TKey : unmanaged
    {
        RequireKey(sizeof(TKey));
        using var lease = new HandleLease(_owner);
        var keys = new List<TKey>();
        TKey key = default;
        TKey* previous = null;
        while (keys.Count < Info.MaxEntries
               && Found(LibbpfNative.bpf_map_get_next_key(_fd, previous, &key), BpfOperation.Read))
        {
            keys.Add(key);
            previous = &key;
        }

        return keys;
    }

    private bool Found(int result, string operation) =>
        result != -Errno.ENOENT && BpfError.Check(result, operation, Subject) >= 0;

    private void RequireSingle<TKey, TValue>()
        where TKey : unmanaged
        where TValue : unmanaged
    {
        RequireKey(sizeof(TKey));
        RequireValue(sizeof(TValue));
        if (Info.IsPerCpu)
            throw Misfit("it has a value for each CPU", "use the per-CPU calls");
    }

    private void RequireKey(int size)
    {
        if (size != Info.KeySize)
            throw Misfit($"its keys have {Info.KeySize} bytes, the caller's {size}", "use a type of their size");
    }

    private void RequireValue(int size)
    {
        if (size != Info.ValueSize)
            throw Misfit($"its values have {Info.ValueSize} bytes, the caller's {size}", "use a type of their size");
    }

    private BpfException Misfit(string reason, string remedy) => new(BpfOperation.Use, Subject, 0, reason, remedy);
}
