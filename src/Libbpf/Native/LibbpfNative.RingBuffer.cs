using System.Runtime.InteropServices;

namespace Libbpf.Native;

internal static unsafe partial class LibbpfNative
{
    [LibraryImport(Library, SetLastError = true)]
    internal static partial RingBufferHandle ring_buffer__new(int map_fd,
        delegate* unmanaged[Cdecl]<nint, byte*, nuint, int> sample_cb, nint ctx, ring_buffer_opts* opts);

    [LibraryImport(Library)]
    internal static partial int ring_buffer__epoll_fd(RingBufferHandle rb);

    [LibraryImport(Library)]
    internal static partial int ring_buffer__consume(RingBufferHandle rb);

    [LibraryImport(Library)]
    internal static partial int ring_buffer__poll(RingBufferHandle rb, int timeout_ms);

    [LibraryImport(Library)]
    internal static partial void ring_buffer__free(nint rb);
}

[StructLayout(LayoutKind.Sequential)]
internal struct ring_buffer_opts
{
    internal nuint sz;
}
