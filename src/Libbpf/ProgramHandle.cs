using Libbpf.Native;
using Microsoft.Win32.SafeHandles;

namespace Libbpf;

/// <summary>
/// A loaded program by descriptor, which it owns. To open it by id takes CAP_SYS_ADMIN; to ask the kernel about a
/// program whose descriptor is there takes nothing.
/// </summary>
public sealed class ProgramHandle : IDisposable
{
    private readonly SafeFileHandle _fd;
    private readonly string _subject;

    private ProgramHandle(int fd, string subject)
    {
        _fd = new SafeFileHandle(fd, ownsHandle: true);
        _subject = subject;
    }

    /// <summary>Owned by this.</summary>
    public int Fd => (int)_fd.DangerousGetHandle();

    /// <summary>Null when it is gone.</summary>
    /// <exception cref="BpfException">EPERM without CAP_SYS_ADMIN.</exception>
    public static ProgramHandle? Open(uint id)
    {
        Bpf.RequireLibrary();
        string subject = $"BPF program {id}";
        int fd = LibbpfNative.bpf_prog_get_fd_by_id(id);
        return fd == -Errno.ENOENT
            ? null
            : new ProgramHandle(BpfError.Check(fd, BpfOperation.Inspect, subject), subject);
    }

    /// <summary>Takes over a descriptor that was inherited.</summary>
    /// <exception cref="BpfException">It is no program's.</exception>
    public static ProgramHandle FromInherited(int fd)
    {
        Bpf.RequireLibrary();
        string subject = $"descriptor {fd}";
        ProgramInfo.Read(fd, subject);
        return new ProgramHandle(fd, subject);
    }

    /// <summary>What the kernel says of it now.</summary>
    /// <exception cref="BpfException">The kernel does not say.</exception>
    public ProgramInfo Info()
    {
        using var lease = new HandleLease(_fd);
        return ProgramInfo.Read(Fd, _subject);
    }

    public void Dispose() => _fd.Dispose();
}
