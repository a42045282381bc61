using System.Runtime.InteropServices;
using Libbpf.Native;

namespace Libbpf;

public sealed unsafe partial class BpfMap
{
    /// <summary>Bytes of one entry: the stride times the possible CPUs.</summary>
    /// <exception cref="BpfException">The map has one value for all CPUs.</exception>
    public int PerCpuSize
    {
        get
        {
            RequirePerCpu();
            return Info.PerCpuStride * Bpf.PossibleCpus;
        }
    }

    /// <summary>Copies the values of all possible CPUs; false when the key is not there.</summary>
    /// <param name="key">Of the map's key size.</param>
    /// <param name="values">At least <see cref="PerCpuSize"/>, one each <see cref="BpfMapInfo.PerCpuStride"/>.</param>
    /// <exception cref="BpfException">The key or the buffer does not fit the map.</exception>
    public bool TryLookupPerCpu<TKey>(in TKey key, Span<byte> values)
        where TKey : unmanaged
    {
        RequirePerCpuBytes(sizeof(TKey), values.Length);
        using var lease = new HandleLease(_owner);
        fixed (TKey* k = &key)
        fixed (byte* v = values)
            return Found(LibbpfNative.bpf_map_lookup_elem(_fd, k, v), BpfOperation.LookUp);
    }

    /// <summary>The same as values, the index is the CPU.</summary>
    /// <param name="key">Of the map's key size.</param>
    /// <param name="values">At least <see cref="Bpf.PossibleCpus"/>.</param>
    /// <exception cref="BpfException">A type or the length does not fit the map.</exception>
    public bool TryLookupPerCpu<TKey, TValue>(in TKey key, Span<TValue> values)
        where TKey : unmanaged
        where TValue : unmanaged
    {
        RequirePerCpu();
        RequireValue(sizeof(TValue));
        RequireLength(values.Length, Bpf.PossibleCpus);
        if (Info.PerCpuStride == sizeof(TValue))
            return TryLookupPerCpu(in key, MemoryMarshal.AsBytes(values));

        var bytes = new byte[PerCpuSize];
        if (!TryLookupPerCpu(in key, bytes))
            return false;
        for (int cpu = 0; cpu < Bpf.PossibleCpus; cpu++)
            values[cpu] = MemoryMarshal.Read<TValue>(bytes.AsSpan(cpu * Info.PerCpuStride));
        return true;
    }

    /// <summary>Writes the values of all possible CPUs.</summary>
    /// <param name="key">Of the map's key size.</param>
    /// <param name="values">At least <see cref="PerCpuSize"/>, one each <see cref="BpfMapInfo.PerCpuStride"/>.</param>
    /// <param name="update">What to do about an entry that is there, or is not.</param>
    /// <exception cref="BpfException">The key or the buffer does not fit, or as <see cref="Update"/>.</exception>
    public void UpdatePerCpu<TKey>(in TKey key, ReadOnlySpan<byte> values, MapUpdate update = MapUpdate.Any)
        where TKey : unmanaged
    {
        RequirePerCpuBytes(sizeof(TKey), values.Length);
        using var lease = new HandleLease(_owner);
        fixed (TKey* k = &key)
        fixed (byte* v = values)
            BpfError.Check(LibbpfNative.bpf_map_update_elem(_fd, k, v, (ulong)update), BpfOperation.Update, Subject);
    }

    private void RequirePerCpu()
    {
        if (!Info.IsPerCpu)
            throw Misfit("it has one value for all CPUs", "use the calls for one value");
    }

    private void RequirePerCpuBytes(int keySize, int length)
    {
        RequirePerCpu();
        RequireKey(keySize);
        RequireLength(length, PerCpuSize);
    }

    private void RequireLength(int length, int needed)
    {
        if (length < needed)
            throw Misfit($"it needs a buffer of {needed}, the caller's has {length}", "enlarge the buffer");
    }
}
