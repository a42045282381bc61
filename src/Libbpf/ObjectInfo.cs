using Libbpf.Native;

namespace Libbpf;

internal static unsafe class ObjectInfo
{
    internal const string Program = "bpf-prog";
    internal const string Map = "bpf-map";
    internal const string Link = "bpf-link";

    /// <summary>
    /// The kernel fills in what it knows and leaves the rest zero. It would write a program's record for the
    /// descriptor of a map without a word, so the kind is asked of /proc first.
    /// </summary>
    internal static T Read<T>(int fd, string kind, string subject)
        where T : unmanaged
    {
        if (KindOf(fd) is { } actual && actual != kind)
            throw BpfError.Create(BpfOperation.Open, subject, Errno.EINVAL);
        T info = default;
        uint length = (uint)sizeof(T);
        BpfError.Check(LibbpfNative.bpf_obj_get_info_by_fd(fd, &info, &length), BpfOperation.Inspect, subject);
        return info;
    }

    /// <summary>The kernel calls a new link bpf_link, and one opened by pin or id bpf-link.</summary>
    private static string? KindOf(int fd) =>
        new FileInfo($"/proc/self/fd/{fd}").LinkTarget?.Replace("anon_inode:", "").Replace('_', '-');
}
