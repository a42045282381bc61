using Libbpf.Native;

namespace Libbpf;

/// <summary>Where a global variable lies, by the object's BTF.</summary>
internal readonly record struct GlobalVariable(string Section, int Offset, int Size)
{
    internal static unsafe GlobalVariable? Find(nint btf, string name)
    {
        if (btf == 0)
            return null;
        uint count = LibbpfNative.btf__type_cnt(btf);
        for (uint id = 1; id < count; id++)
        {
            btf_type* section = LibbpfNative.btf__type_by_id(btf, id);
            if (Kind(section) != LibbpfNative.BTF_KIND_DATASEC)
                continue;
            var entries = new ReadOnlySpan<btf_var_secinfo>(section + 1, (int)(section->info & 0xffff));
            foreach (var entry in entries)
            {
                btf_type* type = LibbpfNative.btf__type_by_id(btf, entry.type);
                if (Kind(type) == LibbpfNative.BTF_KIND_VAR && Name(btf, type) == name)
                    return new GlobalVariable(Name(btf, section), (int)entry.offset, (int)entry.size);
            }
        }

        return null;
    }

    private static unsafe uint Kind(btf_type* type) => type == null ? 0 : (type->info >> 24) & 0x1f;

    private static unsafe string Name(nint btf, btf_type* type) =>
        NativeText.Read(LibbpfNative.btf__name_by_offset(btf, type->name_off));
}
