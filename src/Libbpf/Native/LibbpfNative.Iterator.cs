using System.Runtime.InteropServices;

namespace Libbpf.Native;

internal static unsafe partial class LibbpfNative
{
    [LibraryImport(Library, SetLastError = true)]
    internal static partial LinkHandle bpf_program__attach_iter(nint prog, bpf_iter_attach_opts* opts);

    [LibraryImport(Library)]
    internal static partial int bpf_iter_create(int link_fd);
}

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct bpf_iter_attach_opts
{
    internal nuint sz;
    internal bpf_iter_link_info* link_info;
    internal uint link_info_len;
}

/// <summary>The task member of the union, the only one used; its size is that of the union.</summary>
[StructLayout(LayoutKind.Sequential, Size = 16)]
internal struct bpf_iter_link_info
{
    internal uint tid;
    internal uint pid;
    internal uint pid_fd;
}
