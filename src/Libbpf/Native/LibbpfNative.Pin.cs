using System.Runtime.InteropServices;

namespace Libbpf.Native;

internal static unsafe partial class LibbpfNative
{
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int bpf_obj_pin(int fd, string pathname);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int bpf_obj_get(string pathname);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int bpf_obj_get_opts(string pathname, bpf_obj_get_opts* opts);
}

[StructLayout(LayoutKind.Sequential)]
internal struct bpf_obj_get_opts
{
    internal nuint sz;
    internal uint file_flags;
}
