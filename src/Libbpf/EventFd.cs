using System.Runtime.InteropServices;
using Libbpf.Native;
using Microsoft.Win32.SafeHandles;

namespace Libbpf;

/// <summary>A flag that a thread in poll(2) can be woken by. Owns its descriptor.</summary>
public sealed unsafe class EventFd : IDisposable
{
    private const string Subject = "eventfd";
    private readonly SafeFileHandle _fd;

    /// <exception cref="BpfException">EMFILE: too many open files.</exception>
    public EventFd()
    {
        nint fd = BpfError.CheckErrno(LibcNative.eventfd(0, LibcNative.EFD_CLOEXEC | LibcNative.EFD_NONBLOCK),
            BpfOperation.Open, Subject);
        _fd = new SafeFileHandle(fd, ownsHandle: true);
    }

    /// <summary>Readable while signalled.</summary>
    public int Fd => (int)_fd.DangerousGetHandle();

    /// <summary>Sets the flag, from any thread. It stays set until <see cref="Reset"/>.</summary>
    public void Signal()
    {
        ulong one = 1;
        CheckUnlessAgain(LibcNative.write(_fd, &one, sizeof(ulong)), BpfOperation.Signal);
    }

    /// <summary>Clears the flag.</summary>
    public void Reset()
    {
        ulong count;
        CheckUnlessAgain(LibcNative.read(_fd, &count, sizeof(ulong)), BpfOperation.Read);
    }

    /// <summary>Until it is set (true), or the time is over.</summary>
    /// <param name="timeout">In milliseconds; -1 waits for ever.</param>
    public bool Wait(int timeout)
    {
        var fd = new PollFd { fd = Fd, events = LibcNative.POLLIN };
        while (LibcNative.poll(&fd, 1, timeout) < 0)
            if (Marshal.GetLastPInvokeError() != Errno.EINTR)
                BpfError.CheckErrno(-1, BpfOperation.WaitFor, Subject);
        return fd.revents != 0;
    }

    public void Dispose() => _fd.Dispose();

    /// <summary>EAGAIN means that the flag was set, or was clear, already.</summary>
    private static void CheckUnlessAgain(nint result, string operation)
    {
        if (result < 0 && Marshal.GetLastPInvokeError() != Errno.EAGAIN)
            BpfError.CheckErrno(result, operation, Subject);
    }
}
