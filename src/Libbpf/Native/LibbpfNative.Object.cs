using System.Runtime.InteropServices;

namespace Libbpf.Native;

internal static unsafe partial class LibbpfNative
{
    [LibraryImport(Library, SetLastError = true)]
    internal static partial ObjectHandle bpf_object__open_mem(byte* obj_buf, nuint obj_buf_sz,
        bpf_object_open_opts* opts);

    [LibraryImport(Library)]
    internal static partial int bpf_object__load(ObjectHandle obj);

    [LibraryImport(Library)]
    internal static partial void bpf_object__close(nint obj);

    [LibraryImport(Library)]
    internal static partial nint bpf_object__next_program(ObjectHandle obj, nint prog);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    internal static partial nint bpf_object__find_program_by_name(ObjectHandle obj, string name);

    [LibraryImport(Library)]
    internal static partial nint bpf_object__next_map(ObjectHandle obj, nint map);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    internal static partial nint bpf_object__find_map_by_name(ObjectHandle obj, string name);

    [LibraryImport(Library)]
    internal static partial nint bpf_object__btf(ObjectHandle obj);
}

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct bpf_object_open_opts
{
    internal nuint sz;
    internal byte* object_name;
    internal byte relaxed_maps;
    internal byte* pin_root_path;
    internal uint removed_attach_prog_fd;
    internal byte* kconfig;
    internal byte* btf_custom_path;
    internal byte* kernel_log_buf;
    internal nuint kernel_log_size;
    internal uint kernel_log_level;
}
