using System.Runtime.InteropServices;

namespace Libbpf.Native;

/// <summary>Owns a <c>struct bpf_object</c> with its programs and maps.</summary>
internal sealed class ObjectHandle() : SafeHandle(0, ownsHandle: true)
{
    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        LibbpfNative.bpf_object__close(handle);
        return true;
    }
}
