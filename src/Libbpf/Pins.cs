using Libbpf.Native;
using Microsoft.Win32.SafeHandles;

namespace Libbpf;

/// <summary>Names in a bpffs, which keep what they name in the kernel.</summary>
internal static unsafe class Pins
{
    private const uint BpfFRdonly = 1 << 3;

    /// <remarks>
    /// bpf(2) and not libbpf's functions for maps and programs: those make missing directories with mode 0700 and
    /// remember one path for each.
    /// </remarks>
    internal static void Pin(int fd, string subject, string path) =>
        BpfError.Check(LibbpfNative.bpf_obj_pin(fd, path), BpfOperation.Pin, $"{subject} to {path}");

    internal static SafeFileHandle Open(string path, string subject) =>
        Own(LibbpfNative.bpf_obj_get(path), subject);

    /// <summary>Needs only read permission on the pin; links and programs cannot be had like this.</summary>
    internal static SafeFileHandle OpenReadOnly(string path, string subject)
    {
        var options = new bpf_obj_get_opts { sz = (nuint)sizeof(bpf_obj_get_opts), file_flags = BpfFRdonly };
        return Own(LibbpfNative.bpf_obj_get_opts(path, &options), subject);
    }

    private static SafeFileHandle Own(int fd, string subject) =>
        new(BpfError.Check(fd, BpfOperation.Open, subject), ownsHandle: true);
}
