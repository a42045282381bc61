using System.Runtime.InteropServices;

namespace ProcImage.CommandLine;

/// <summary>
/// Writes to an inherited descriptor and reports every failure. Console's own stream keeps quiet about a broken
/// pipe, and a FileStream writes at offsets of its own, over what others append to the same file.
/// </summary>
/// <param name="descriptor">Where to.</param>
/// <param name="isOptional">What cannot be written is dropped instead.</param>
internal sealed partial class DescriptorStream(int descriptor, bool isOptional = false) : Stream
{
    private const int Nowhere = -1;
    private const int Interrupted = 4;
    private const int TryAgain = 11;
    private const int GetFlags = 1; // F_GETFD
    private const int CloseOnExec = 1; // FD_CLOEXEC

    /// <summary>
    /// The descriptor if this program was started with it. Where it was closed, the runtime has opened something of its
    /// own in its place, which must not be written: that is closed on exec, and what was inherited cannot be.
    /// </summary>
    public static int Inherited(int descriptor)
    {
        var flags = GetDescriptorFlags(descriptor, GetFlags);
        return flags >= 0 && (flags & CloseOnExec) == 0 ? descriptor : Nowhere;
    }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override unsafe void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            nint written;
            fixed (byte* start = buffer)
                written = NativeWrite(descriptor, start, (nuint)buffer.Length);

            if (written >= 0)
            {
                buffer = buffer[(int)written..];
                continue;
            }

            var errno = Marshal.GetLastPInvokeError();
            // Another process that shares the descriptor may have made it non-blocking.
            if (errno == TryAgain)
                Thread.Sleep(1);
            else if (errno != Interrupted && isOptional)
                return;
            else if (errno != Interrupted)
                throw new OutputException(Marshal.GetPInvokeErrorMessage(errno));
        }
    }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    [LibraryImport("libc.so.6", EntryPoint = "fcntl")]
    private static partial int GetDescriptorFlags(int descriptor, int command);

    [LibraryImport("libc.so.6", EntryPoint = "write", SetLastError = true)]
    private static unsafe partial nint NativeWrite(int descriptor, byte* buffer, nuint count);
}
