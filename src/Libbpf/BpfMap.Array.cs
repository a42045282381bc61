using System.Buffers;
using Libbpf.Native;

namespace Libbpf;

public sealed unsafe partial class BpfMap
{
    /// <summary>
    /// Copies the entries of an array from index 0 on in one system call (5.6 or later), as many as the map and the
    /// span have. Returns their number.
    /// </summary>
    /// <param name="values">
    /// Of a per-CPU array the values of all possible CPUs for each index, one after the other; their size has to be a
    /// multiple of 8 then.
    /// </param>
    /// <exception cref="BpfException">The map is no array, or the type does not fit it.</exception>
    public int ReadArray<TValue>(Span<TValue> values)
        where TValue : unmanaged
    {
        uint count = RequireArray<TValue>(values.Length);
        if (count == 0)
            return 0;
        using var lease = new HandleLease(_owner);
        uint[] keys = ArrayPool<uint>.Shared.Rent((int)count);
        try
        {
            uint position;
            fixed (uint* k = keys)
            fixed (TValue* v = values)
            {
                int result = LibbpfNative.bpf_map_lookup_batch(_fd, null, &position, k, v, &count, null);
                Found(result, BpfOperation.LookUp);
            }
        }
        finally
        {
            ArrayPool<uint>.Shared.Return(keys);
        }

        return (int)count;
    }

    /// <summary>Writes the entries of an array from index 0 on in one system call (5.6 or later).</summary>
    /// <param name="values">As <see cref="ReadArray"/> gives them.</param>
    /// <exception cref="BpfException">The map is no array or too small, or the type does not fit it.</exception>
    public void WriteArray<TValue>(ReadOnlySpan<TValue> values)
        where TValue : unmanaged
    {
        uint count = RequireArray<TValue>(values.Length);
        int given = values.Length / ValuesPerEntry;
        if (given > count)
            throw Misfit($"it has {count} entries, the caller {given}", "write no more than it has");
        if (count == 0)
            return;
        using var lease = new HandleLease(_owner);
        uint[] keys = new uint[count];
        for (uint i = 0; i < count; i++)
            keys[i] = i;
        fixed (uint* k = keys)
        fixed (TValue* v = values)
            BpfError.Check(LibbpfNative.bpf_map_update_batch(_fd, k, v, &count, null), BpfOperation.Update, Subject);
    }

    private int ValuesPerEntry => Info.IsPerCpu ? Bpf.PossibleCpus : 1;

    private uint RequireArray<TValue>(int length)
        where TValue : unmanaged
    {
        RequireValue(sizeof(TValue));
        if (Info.Type is not (BpfMapType.Array or BpfMapType.PerCpuArray))
            throw Misfit($"it is a {Info.Type}", "use it with arrays");
        if (Info.IsPerCpu && Info.PerCpuStride != sizeof(TValue))
            throw Misfit($"its values of {sizeof(TValue)} bytes lie {Info.PerCpuStride} apart",
                "look them up one by one");
        return (uint)Math.Min(length / ValuesPerEntry, Info.MaxEntries);
    }
}
