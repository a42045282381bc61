using System.Runtime.InteropServices;

namespace Libbpf.Native;

/// <summary>Owns a <c>struct ring_buffer</c> and, once handed over, what its callback reaches.</summary>
internal sealed class RingBufferHandle() : SafeHandle(0, ownsHandle: true)
{
    private GCHandle _context;
    private SafeHandle? _map;

    public override bool IsInvalid => handle == 0;

    /// <summary>Keeps the map's owner referenced and frees the context, both after the native ring is gone.</summary>
    internal void Own(GCHandle context, SafeHandle map)
    {
        bool referenced = false;
        map.DangerousAddRef(ref referenced);
        _map = map;
        _context = context;
    }

    protected override bool ReleaseHandle()
    {
        LibbpfNative.ring_buffer__free(handle);
        if (_context.IsAllocated)
            _context.Free();
        _map?.DangerousRelease();
        return true;
    }
}
