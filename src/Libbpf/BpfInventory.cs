using Libbpf.Native;
using Microsoft.Win32.SafeHandles;

namespace Libbpf;

/// <summary>All BPF objects of the kernel, whoever made them. Needs CAP_SYS_ADMIN.</summary>
public static unsafe class BpfInventory
{
    private delegate int NextId(uint start, uint* next);

    /// <summary>The ids of all programs, ascending.</summary>
    /// <exception cref="BpfException">EPERM.</exception>
    public static IReadOnlyList<uint> ProgramIds() => Ids(LibbpfNative.bpf_prog_get_next_id, "BPF programs");

    /// <summary>The ids of all maps, ascending.</summary>
    /// <exception cref="BpfException">EPERM.</exception>
    public static IReadOnlyList<uint> MapIds() => Ids(LibbpfNative.bpf_map_get_next_id, "BPF maps");

    /// <summary>The ids of all links, ascending.</summary>
    /// <exception cref="BpfException">EPERM.</exception>
    public static IReadOnlyList<uint> LinkIds() => Ids(LibbpfNative.bpf_link_get_next_id, "BPF links");

    /// <exception cref="BpfException">EPERM.</exception>
    public static BpfCounts Count() => new(ProgramIds().Count, MapIds().Count, LinkIds().Count);

    /// <summary>Null when it is gone.</summary>
    /// <exception cref="BpfException">EPERM.</exception>
    public static ProgramInfo? Program(uint id) =>
        Info(LibbpfNative.bpf_prog_get_fd_by_id, id, "BPF program", ProgramInfo.Read);

    /// <summary>Null when it is gone.</summary>
    /// <exception cref="BpfException">EPERM.</exception>
    public static BpfMapInfo? Map(uint id) =>
        Info(LibbpfNative.bpf_map_get_fd_by_id, id, "BPF map", BpfMapInfo.Read);

    /// <summary>Null when it is gone.</summary>
    /// <exception cref="BpfException">EPERM.</exception>
    public static LinkInfo? Link(uint id) =>
        Info(LibbpfNative.bpf_link_get_fd_by_id, id, "BPF link", LinkInfo.Read);

    private static List<uint> Ids(NextId next, string subject)
    {
        Bpf.RequireLibrary();
        var ids = new List<uint>();
        uint id = 0;
        int result;
        while ((result = next(id, &id)) == 0)
            ids.Add(id);
        return result == -Errno.ENOENT ? ids : throw BpfError.Create(BpfOperation.Inspect, subject, -result);
    }

    private static T? Info<T>(Func<uint, int> open, uint id, string kind, Func<int, string, T> read)
        where T : class
    {
        Bpf.RequireLibrary();
        int fd = open(id);
        if (fd == -Errno.ENOENT)
            return null;
        string subject = $"{kind} {id}";
        using var owner = new SafeFileHandle(BpfError.Check(fd, BpfOperation.Inspect, subject), ownsHandle: true);
        return read(fd, subject);
    }
}
