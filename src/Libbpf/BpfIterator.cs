using System.Runtime.InteropServices;
using Libbpf.Native;
using Microsoft.Win32.SafeHandles;

namespace Libbpf;

/// <summary>
/// One walk of an iterator program over its objects. The program runs inside of <see cref="Read"/>, and what it
/// writes is what is read. Owns its descriptor.
/// </summary>
public sealed unsafe class BpfIterator : IDisposable
{
    /// <summary>The kernel gathers at most 8 pages per read; a smaller buffer means more system calls.</summary>
    public const int PreferredBufferSize = 32 * 1024;

    private readonly SafeFileHandle _fd;
    private readonly string _subject;

    private BpfIterator(int fd, string subject)
    {
        _fd = new SafeFileHandle(fd, ownsHandle: true);
        _subject = subject;
    }

    /// <summary>Starts a walk of an attached iterator, which may be disposed before the walk.</summary>
    /// <exception cref="BpfException">EINVAL when the link is no iterator.</exception>
    public static BpfIterator Open(BpfLink link)
    {
        using var lease = new HandleLease(link.Handle);
        int fd = BpfError.Check(LibbpfNative.bpf_iter_create(link.Fd), BpfOperation.Open, link.Subject);
        return new BpfIterator(fd, link.Subject);
    }

    /// <summary>Starts a walk of a pinned iterator; read permission on the pin is enough.</summary>
    /// <exception cref="BpfException">ENOENT, EACCES, or EIO when the pin is no iterator.</exception>
    public static BpfIterator OpenPinned(string path)
    {
        string subject = $"iterator {path}";
        nint fd = BpfError.CheckErrno(LibcNative.open(path, LibcNative.O_RDONLY | LibcNative.O_CLOEXEC),
            BpfOperation.Open, subject);
        return new BpfIterator((int)fd, subject);
    }

    /// <summary>Goes on with the walk; 0 is its end. A record may be cut by the end of the buffer.</summary>
    /// <exception cref="BpfException">The walk broke off; what was read is not all.</exception>
    public int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty)
            throw new ArgumentException("an empty buffer cannot tell the end", nameof(buffer));
        fixed (byte* bytes = buffer)
        {
            while (true)
            {
                nint count = LibcNative.read(_fd, bytes, (nuint)buffer.Length);
                if (count >= 0)
                    return (int)count;
                if (!IsTransient(Marshal.GetLastPInvokeError()))
                    BpfError.CheckErrno(count, BpfOperation.Read, _subject);
            }
        }
    }

    /// <summary>Walks to the end for the program's effects alone. Returns the number of bytes it wrote.</summary>
    /// <exception cref="BpfException">The walk broke off.</exception>
    public long Drain()
    {
        Span<byte> buffer = stackalloc byte[4096];
        long total = 0;
        for (int count = Read(buffer); count > 0; count = Read(buffer))
            total += count;
        return total;
    }

    public void Dispose() => _fd.Dispose();

    /// <summary>EAGAIN: the kernel visits a million objects without output and then wants to be asked again.</summary>
    internal static bool IsTransient(int errno) => errno is Errno.EINTR or Errno.EAGAIN;
}
