using System.Runtime.InteropServices;

namespace Libbpf.Native;

/// <summary>Owns a <c>struct bpf_link</c>, which outlives the object that its program came from.</summary>
internal sealed class LinkHandle() : SafeHandle(0, ownsHandle: true)
{
    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle() => LibbpfNative.bpf_link__destroy(handle) == 0;
}
