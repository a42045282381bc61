using System.Runtime.InteropServices;

namespace Libbpf.Native;

internal static unsafe partial class LibbpfNative
{
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    internal static partial LinkHandle bpf_link__open(string path);

    [LibraryImport(Library)]
    internal static partial int bpf_link__fd(LinkHandle link);

    [LibraryImport(Library)]
    internal static partial void bpf_link__disconnect(LinkHandle link);

    [LibraryImport(Library)]
    internal static partial int bpf_link__destroy(nint link);
}
