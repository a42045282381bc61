using Libbpf.Native;

namespace Libbpf;

/// <summary>A link as the kernel sees it.</summary>
/// <param name="Id">One for the machine.</param>
/// <param name="Type">Of the kernel's <c>enum bpf_link_type</c>: 2 tracing, 4 iterator, 7 perf event.</param>
/// <param name="ProgramId">The program that it attaches, for <see cref="BpfInventory.Program"/>.</param>
public sealed record LinkInfo(uint Id, uint Type, uint ProgramId)
{
    internal static LinkInfo Read(int fd, string subject)
    {
        var info = ObjectInfo.Read<bpf_link_info>(fd, ObjectInfo.Link, subject);
        return new LinkInfo(info.id, info.type, info.prog_id);
    }
}
