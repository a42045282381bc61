using System.Runtime.InteropServices;

namespace Libbpf.Native;

internal static unsafe partial class LibbpfNative
{
    internal const uint BTF_KIND_STRUCT = 4;
    internal const uint BTF_KIND_VAR = 14;
    internal const uint BTF_KIND_DATASEC = 15;

    [LibraryImport(Library, SetLastError = true)]
    internal static partial nint btf__load_vmlinux_btf();

    [LibraryImport(Library)]
    internal static partial void btf__free(nint btf);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int btf__find_by_name_kind(nint btf, string name, uint kind);

    [LibraryImport(Library)]
    internal static partial uint btf__type_cnt(nint btf);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial btf_type* btf__type_by_id(nint btf, uint id);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial byte* btf__name_by_offset(nint btf, uint offset);
}

[StructLayout(LayoutKind.Sequential)]
internal struct btf_type
{
    internal uint name_off;
    internal uint info;
    internal uint size_or_type;
}

[StructLayout(LayoutKind.Sequential)]
internal struct btf_member
{
    internal uint name_off;
    internal uint type;
    internal uint offset;
}

[StructLayout(LayoutKind.Sequential)]
internal struct btf_var_secinfo
{
    internal uint type;
    internal uint offset;
    internal uint size;
}
