using Libbpf.Native;

namespace Libbpf;

/// <summary>A loaded program as the kernel sees it.</summary>
/// <param name="Id">One for the machine, never given twice while it runs.</param>
/// <param name="Type">The number of the kernel's <c>enum bpf_prog_type</c>.</param>
/// <param name="Name">The first 15 characters of the function's name.</param>
/// <param name="RunTime">Nanoseconds in it on all CPUs, counted while <see cref="Bpf.EnableStats"/> is held.</param>
/// <param name="RunCount">Runs, counted likewise.</param>
/// <param name="RecursionMisses">Runs left out since the program was running on that CPU already.</param>
/// <param name="VerifiedInstructions">Instructions that the verifier walked; 0 before 5.16.</param>
/// <param name="MapIds">Of the maps that it uses, global variables included.</param>
public sealed record ProgramInfo(uint Id, uint Type, string Name, ulong RunTime, ulong RunCount,
    ulong RecursionMisses, uint VerifiedInstructions, IReadOnlyList<uint> MapIds)
{
    internal static unsafe ProgramInfo Read(int fd, string subject)
    {
        var info = ObjectInfo.Read<bpf_prog_info>(fd, ObjectInfo.Program, subject);
        return new ProgramInfo(info.id, info.type, NativeText.Read(info.name, 16), info.run_time_ns, info.run_cnt,
            info.recursion_misses, info.verified_insns, ReadMapIds(fd, info.nr_map_ids, subject));
    }

    /// <summary>A second call: the kernel fills a list only where the caller has given it room.</summary>
    private static unsafe uint[] ReadMapIds(int fd, uint count, string subject)
    {
        var ids = new uint[count];
        fixed (uint* list = ids)
        {
            bpf_prog_info info = default;
            info.nr_map_ids = count;
            info.map_ids = (ulong)list;
            uint length = (uint)sizeof(bpf_prog_info);
            BpfError.Check(LibbpfNative.bpf_obj_get_info_by_fd(fd, &info, &length), BpfOperation.Inspect, subject);
        }

        return ids;
    }
}
