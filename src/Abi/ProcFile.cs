using System.Runtime.InteropServices;
using System.Text;
using Libbpf;
using Microsoft.Win32.SafeHandles;

namespace ProcImage.Abi;

/// <summary>
/// Small files of /proc: thousands are read at once. Without a stream and its buffers, and without what .NET asks the kernel of a
/// file that it opens (its kind, whether it may seek, an advisory lock), which takes as long as to read it.
/// </summary>
public static partial class ProcFile
{
    private const int Most = 8192; // bytes; twice the longest path
    private const int CloseOnExec = 0x8_0000; // O_CLOEXEC, with O_RDONLY

    /// <exception cref="IOException">There is no such process.</exception>
    /// <exception cref="UnauthorizedAccessException">It is hidden from this user.</exception>
    public static string Read(string path)
    {
        Span<byte> bytes = stackalloc byte[Most];
        return Encoding.UTF8.GetString(bytes[..Read(path, bytes)]);
    }

    private static unsafe int Read(string path, Span<byte> bytes)
    {
        using var file = new SafeFileHandle(Check(open(path, CloseOnExec), path), ownsHandle: true);
        var length = 0;
        fixed (byte* first = bytes)
            for (int count; (count = (int)Check(read(file, first + length, bytes.Length - length), path)) > 0;)
                length += count;
        return length;
    }

    private static nint Check(nint result, string path)
    {
        if (result >= 0)
            return result;
        var error = Marshal.GetLastPInvokeError();
        var text = $"{path}: {Marshal.GetPInvokeErrorMessage(error)}";
        throw error is Errno.EACCES or Errno.EPERM ? new UnauthorizedAccessException(text) : new IOException(text, error);
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static unsafe partial nint read(SafeFileHandle file, byte* bytes, nint count);
}
