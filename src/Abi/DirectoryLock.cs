using System.Globalization;
using System.Runtime.InteropServices;
using Libbpf;
using Microsoft.Win32.SafeHandles;

namespace ProcImage.Abi;

/// <summary>
/// An exclusive lock on a directory (flock). The kernel drops it when its owner dies, however that happens.
/// </summary>
public sealed partial class DirectoryLock : IDisposable
{
    private const int CloseOnExec = 0x80000; // O_CLOEXEC; O_RDONLY is 0
    private const int LockExclusive = 2;
    private const int LockNoWait = 4;

    private readonly SafeFileHandle _directory;

    private DirectoryLock(SafeFileHandle directory) => _directory = directory;

    /// <summary>Waits for the lock.</summary>
    /// <exception cref="BpfException">ENOENT or EACCES.</exception>
    public static DirectoryLock Take(string path) => Take(path, LockExclusive)!;

    /// <summary>Null when somebody else has it.</summary>
    /// <exception cref="BpfException">ENOENT or EACCES.</exception>
    public static DirectoryLock? TryTake(string path) => Take(path, LockExclusive | LockNoWait);

    /// <summary>
    /// Takes over a lock that was inherited with its descriptor; null when that is no lock of this directory.
    /// </summary>
    public static DirectoryLock? FromInherited(int fd, string path)
    {
        var directory = new SafeFileHandle(fd, ownsHandle: true);
        try
        {
            if (IsStill(path, directory) && flock(fd, LockExclusive | LockNoWait) == 0)
                return new DirectoryLock(directory);
        }
        catch (BpfException)
        {
            // It is closed.
        }

        directory.SetHandleAsInvalid();
        return null;
    }

    /// <summary>
    /// The process that has the lock; null when nobody has, or nobody in this pid namespace. To ask takes no right to
    /// the directory, and does not keep the lock from anybody, as trying to take it would.
    /// </summary>
    /// <exception cref="BpfException">EACCES: the directory above is closed to this user.</exception>
    public static int? Holder(string path)
    {
        if (FileIdentity.Of(path) is not { } identity)
            return null;
        // A line: '1: FLOCK  ADVISORY  WRITE 4242 00:1d:5678 0 EOF'. Who waits for it has '->' before FLOCK.
        var file = string.Create(
            CultureInfo.InvariantCulture, $"{identity.Device >> 32:x2}:{(uint)identity.Device:x2}:{identity.Inode}");
        foreach (var line in File.ReadLines("/proc/locks"))
        {
            var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length > 5 && fields[1] == "FLOCK" && fields[5] == file)
                return int.Parse(fields[4], CultureInfo.InvariantCulture);
        }

        return null;
    }

    /// <summary>Owned by the lock.</summary>
    public int Fd => (int)_directory.DangerousGetHandle();

    public void Dispose() => _directory.Dispose();

    private static DirectoryLock? Take(string path, int operation)
    {
        while (true)
        {
            var fd = open(path, CloseOnExec);
            if (fd < 0)
                throw BpfError.Create(BpfOperation.Open, path, Marshal.GetLastPInvokeError());
            var directory = new SafeFileHandle(fd, ownsHandle: true);
            int error;
            while ((error = flock(fd, operation) < 0 ? Marshal.GetLastPInvokeError() : 0) == Errno.EINTR)
            {
            }

            if (error == 0 && IsStill(path, directory))
                return new DirectoryLock(directory);
            directory.Dispose();
            if (error == Errno.EAGAIN)
                return null;
            if (error != 0)
                throw BpfError.Create("lock", path, error);
        }
    }

    /// <summary>Whoever had the lock may have removed the directory, and another may stand in its place.</summary>
    private static bool IsStill(string path, SafeFileHandle directory) =>
        FileIdentity.Of(path) is { } there && FileIdentity.Of(directory) == there;

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int flock(int fd, int operation);
}
