using System.Runtime.InteropServices;
using System.Text;

namespace Libbpf.Native;

internal static unsafe class NativeText
{
    /// <summary>A C string as text; empty for NULL.</summary>
    internal static string Read(byte* text) =>
        Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(text));

    /// <summary>A C array of characters, which need not be terminated when it is full.</summary>
    internal static string Read(byte* text, int capacity)
    {
        var bytes = new ReadOnlySpan<byte>(text, capacity);
        int end = bytes.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? bytes : bytes[..end]);
    }
}
