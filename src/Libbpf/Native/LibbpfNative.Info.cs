using System.Runtime.InteropServices;

namespace Libbpf.Native;

internal static unsafe partial class LibbpfNative
{
    [LibraryImport(Library)]
    internal static partial int bpf_obj_get_info_by_fd(int bpf_fd, void* info, uint* info_len);

    [LibraryImport(Library)]
    internal static partial int bpf_prog_get_next_id(uint start_id, uint* next_id);

    [LibraryImport(Library)]
    internal static partial int bpf_map_get_next_id(uint start_id, uint* next_id);

    [LibraryImport(Library)]
    internal static partial int bpf_link_get_next_id(uint start_id, uint* next_id);

    [LibraryImport(Library)]
    internal static partial int bpf_prog_get_fd_by_id(uint id);

    [LibraryImport(Library)]
    internal static partial int bpf_map_get_fd_by_id(uint id);

    [LibraryImport(Library)]
    internal static partial int bpf_link_get_fd_by_id(uint id);
}

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct bpf_map_info
{
    internal uint type;
    internal uint id;
    internal uint key_size;
    internal uint value_size;
    internal uint max_entries;
    internal uint map_flags;
    internal fixed byte name[16];
    internal uint ifindex;
    internal uint btf_vmlinux_value_type_id;
    internal ulong netns_dev;
    internal ulong netns_ino;
    internal uint btf_id;
    internal uint btf_key_type_id;
    internal uint btf_value_type_id;
    internal uint pad;
    internal ulong map_extra;
}

/// <summary>Zero before use: the kernel takes the pointers and counts in it as buffers to fill.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct bpf_prog_info
{
    internal uint type;
    internal uint id;
    internal fixed byte tag[8];
    internal uint jited_prog_len;
    internal uint xlated_prog_len;
    internal ulong jited_prog_insns;
    internal ulong xlated_prog_insns;
    internal ulong load_time;
    internal uint created_by_uid;
    internal uint nr_map_ids;
    internal ulong map_ids;
    internal fixed byte name[16];
    internal uint ifindex;
    internal uint gpl_compatible_bit;
    internal ulong netns_dev;
    internal ulong netns_ino;
    internal uint nr_jited_ksyms;
    internal uint nr_jited_func_lens;
    internal ulong jited_ksyms;
    internal ulong jited_func_lens;
    internal uint btf_id;
    internal uint func_info_rec_size;
    internal ulong func_info;
    internal uint nr_func_info;
    internal uint nr_line_info;
    internal ulong line_info;
    internal ulong jited_line_info;
    internal uint nr_jited_line_info;
    internal uint line_info_rec_size;
    internal uint jited_line_info_rec_size;
    internal uint nr_prog_tags;
    internal ulong prog_tags;
    internal ulong run_time_ns;
    internal ulong run_cnt;
    internal ulong recursion_misses;
    internal uint verified_insns;
    internal uint attach_btf_obj_id;
    internal uint attach_btf_id;
    internal uint pad;
}

/// <summary>The head that all kinds of link share; the union behind it differs by kind.</summary>
[StructLayout(LayoutKind.Sequential, Size = 16)]
internal struct bpf_link_info
{
    internal uint type;
    internal uint id;
    internal uint prog_id;
}
