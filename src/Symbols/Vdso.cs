using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace ProcImage.Symbols;

/// <summary>The library that the kernel maps into every process: the same bytes in all, so our own are read.</summary>
internal static partial class Vdso
{
    private const ulong Header = 33; // AT_SYSINFO_EHDR

    private static readonly ulong _size = ReadSize(); // of its mapping, in bytes

    /// <summary>None where the kernel maps nothing.</summary>
    public static Lazy<SymbolFile> File { get; } = new(() => SymbolFile.Read(Bytes!.Value));

    public static Lazy<ByteSource> Bytes { get; } = new(() => new MemoryBytes(Copy()));

    /// <summary>Not that of a process of 32 bits.</summary>
    public static bool IsOurs(Mapping vdso) => vdso.End - vdso.Start == _size && vdso.Start > uint.MaxValue;

    private static ulong ReadSize()
    {
        try
        {
            return MemoryMap.OfProcess(Environment.ProcessId, isCodeOnly: true)
                .Mappings.FirstOrDefault(mapping => mapping.Path == Mapping.Vdso) is { } own ? own.End - own.Start : 0;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    private static unsafe byte[] Copy()
    {
        var begin = (byte*)getauxval(Header);
        if (begin == null || _size == 0)
            return [];
        var header = new ReadOnlySpan<byte>(begin, 64);
        // The section headers are the last thing in it.
        var end = BinaryPrimitives.ReadUInt64LittleEndian(header[40..])
            + (ulong)BinaryPrimitives.ReadUInt16LittleEndian(header[58..])
            * BinaryPrimitives.ReadUInt16LittleEndian(header[60..]);
        return new ReadOnlySpan<byte>(begin, (int)Math.Min(end, _size)).ToArray();
    }

    [LibraryImport("libc", EntryPoint = "getauxval")]
    private static partial nuint getauxval(ulong type);
}
