using System.Runtime.InteropServices;

namespace Libbpf.Native;

/// <summary>Keeps a handle open while a raw pointer or descriptor that belongs to it is in use.</summary>
internal readonly ref struct HandleLease : IDisposable
{
    private readonly SafeHandle _handle;

    /// <exception cref="ObjectDisposedException">The owner has been disposed.</exception>
    internal HandleLease(SafeHandle handle)
    {
        bool referenced = false;
        handle.DangerousAddRef(ref referenced);
        _handle = handle;
    }

    public void Dispose() => _handle.DangerousRelease();
}
