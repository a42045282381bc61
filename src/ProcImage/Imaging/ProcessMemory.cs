using System.Runtime.InteropServices;

namespace ProcImage.Imaging;

/// <summary>The memory of another process, read while it goes on.</summary>
/// <param name="pid">Whoever has that pid now: the caller looks whether it is still the life that is meant.</param>
internal sealed partial class ProcessMemory(int pid)
{
    /// <summary>False where it is not mapped, or where this process may not read it.</summary>
    public unsafe bool TryRead<T>(ulong address, out T value)
        where T : unmanaged
    {
        T read = default;
        var isRead = Read(address, new Span<byte>(&read, sizeof(T))) == sizeof(T);
        value = read;
        return isRead;
    }

    /// <summary>Up to the end of what is mapped.</summary>
    public ulong[] ReadWords(ulong address, int most)
    {
        var words = new ulong[most];
        var count = Read(address, MemoryMarshal.AsBytes(words.AsSpan())) / sizeof(ulong);
        return words[..Math.Max(0, count)];
    }

    private unsafe int Read(ulong address, Span<byte> into)
    {
        fixed (byte* bytes = into)
        {
            var local = new Range { Address = (ulong)bytes, Length = (ulong)into.Length };
            var remote = new Range { Address = address, Length = (ulong)into.Length };
            return (int)process_vm_readv(pid, &local, 1, &remote, 1, 0);
        }
    }

    private struct Range
    {
        public ulong Address;
        public ulong Length;
    }

    [LibraryImport("libc")]
    private static unsafe partial nint process_vm_readv(int pid, Range* local, ulong locals, Range* remote, ulong remotes, ulong flags);
}
