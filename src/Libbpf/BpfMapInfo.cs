using Libbpf.Native;

namespace Libbpf;

/// <summary>The shape of a map as the kernel made it.</summary>
/// <param name="Id">One for the machine.</param>
/// <param name="Type">What it is.</param>
/// <param name="KeySize">In bytes.</param>
/// <param name="ValueSize">In bytes, for one CPU.</param>
/// <param name="MaxEntries">Entries; of a ring buffer its size in bytes.</param>
/// <param name="Flags">Those it was created with (<c>BPF_F_*</c>).</param>
/// <param name="Name">The first 15 characters of its name.</param>
public sealed record BpfMapInfo(uint Id, BpfMapType Type, int KeySize, int ValueSize, int MaxEntries,
    uint Flags, string Name)
{
    /// <summary>Whether an entry has a value for each CPU.</summary>
    public bool IsPerCpu => Type is BpfMapType.PerCpuHash or BpfMapType.PerCpuArray or BpfMapType.LruPerCpuHash
        or BpfMapType.PerCpuCgroupStorage;

    /// <summary>Bytes from the value of one CPU to that of the next, which the kernel rounds up to 8.</summary>
    public int PerCpuStride => (ValueSize + 7) & ~7;

    internal static unsafe BpfMapInfo Read(int fd, string subject)
    {
        var info = ObjectInfo.Read<bpf_map_info>(fd, ObjectInfo.Map, subject);
        return new BpfMapInfo(info.id, (BpfMapType)info.type, (int)info.key_size, (int)info.value_size,
            (int)info.max_entries, info.map_flags, NativeText.Read(info.name, 16));
    }
}
