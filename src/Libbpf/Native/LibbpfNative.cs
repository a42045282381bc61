using System.Runtime.InteropServices;

namespace Libbpf.Native;

/// <summary>The C functions under their own names; no meaning, no checks.</summary>
/// <remarks>
/// libbpf 1.x: a function that returns int returns -errno; one that returns a pointer returns NULL and sets errno,
/// which is why only those have SetLastError.
/// </remarks>
internal static unsafe partial class LibbpfNative
{
    internal const string Library = "libbpf.so.1";

    [LibraryImport(Library)]
    internal static partial uint libbpf_major_version();

    [LibraryImport(Library)]
    internal static partial uint libbpf_minor_version();

    [LibraryImport(Library)]
    internal static partial nint libbpf_set_print(nint fn);

    [LibraryImport(Library)]
    internal static partial int libbpf_num_possible_cpus();

    [LibraryImport(Library)]
    internal static partial int bpf_enable_stats(int type);
}
