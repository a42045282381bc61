using System.Text;

namespace ProcImage.Abi;

/// <summary>Small files of /proc, without a stream and its buffers: thousands are read at once.</summary>
public static class ProcFile
{
    private const int Most = 8192; // bytes; twice the longest path

    /// <exception cref="IOException">There is no such process.</exception>
    /// <exception cref="UnauthorizedAccessException">It is hidden from this user.</exception>
    public static string Read(string path)
    {
        using var file = File.OpenHandle(path);
        Span<byte> bytes = stackalloc byte[Most];
        var length = 0;
        int count;
        while ((count = RandomAccess.Read(file, bytes[length..], length)) > 0)
            length += count;
        return Encoding.UTF8.GetString(bytes[..length]);
    }
}
