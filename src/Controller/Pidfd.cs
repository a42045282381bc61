using System.Runtime.InteropServices;
using Libbpf;
using Microsoft.Win32.SafeHandles;

namespace ProcImage.Controller;

/// <summary>A process by descriptor: unlike its pid it never becomes another process.</summary>
internal sealed partial class Pidfd : IDisposable
{
    public const int Terminate = 15;
    public const int Kill = 9;

    private const int PidfdSendSignal = 424; // the same on every architecture, as all since 5.1
    private const int PidfdOpen = 434;
    private const short PollIn = 1;

    private readonly SafeFileHandle _handle;
    private readonly int _pid;

    private Pidfd(SafeFileHandle handle, int pid)
    {
        _handle = handle;
        _pid = pid;
    }

    /// <summary>Null when there is no such process; a thread is none, which kernels say in different words.</summary>
    public static Pidfd? Open(int pid)
    {
        var fd = syscall(PidfdOpen, pid, 0, 0, 0);
        if (fd >= 0)
            return new Pidfd(new SafeFileHandle((nint)fd, ownsHandle: true), pid);
        var error = Marshal.GetLastPInvokeError();
        return error is Errno.ESRCH or Errno.EINVAL or Errno.ENOENT
            ? null
            : throw BpfError.Create(BpfOperation.Open, $"process {pid}", error);
    }

    public void Send(int signal)
    {
        if (syscall(PidfdSendSignal, _handle.DangerousGetHandle(), signal, 0, 0) < 0
            && Marshal.GetLastPInvokeError() is var error && error != Errno.ESRCH)
            throw BpfError.Create(BpfOperation.Signal, $"process {_pid}", error);
    }

    /// <summary>Whether it has exited by then.</summary>
    public unsafe bool WaitForExit(TimeSpan timeout)
    {
        var entry = new PollEntry { Fd = (int)_handle.DangerousGetHandle(), Events = PollIn };
        return poll(&entry, 1, (int)timeout.TotalMilliseconds) > 0;
    }

    public void Dispose() => _handle.Dispose();

    private struct PollEntry
    {
        public int Fd;
        public short Events;
        public short Returned;
    }

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial long syscall(long number, nint a, nint b, nint c, nint d);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static unsafe partial int poll(PollEntry* entries, nuint count, int timeout);
}
