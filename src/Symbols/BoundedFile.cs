using Microsoft.Win32.SafeHandles;

namespace ProcImage.Symbols;

/// <summary>Files whose length is known only when they are read.</summary>
internal static class BoundedFile
{
    /// <summary>From there to the end, or so many bytes.</summary>
    public static ReadOnlySpan<byte> Read(SafeFileHandle file, long offset, int most)
    {
        var (bytes, length) = (new byte[Math.Min(16 << 10, most)], 0);
        while (true)
        {
            var count = RandomAccess.Read(file, bytes.AsSpan(length), offset + length);
            length += count;
            if (count == 0 || length == most)
                return bytes.AsSpan(0, length);
            if (length == bytes.Length)
                Array.Resize(ref bytes, (int)Math.Min(2L * length, most));
        }
    }
}
