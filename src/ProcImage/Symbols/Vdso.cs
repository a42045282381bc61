using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace ProcImage.Symbols;

/// <summary>The library that the kernel maps into every process: the same bytes in all, so that our own are read.</summary>
internal static partial class Vdso
{
    private const ulong Header = 33; // AT_SYSINFO_EHDR

    /// <summary>Its symbols, of <see cref="Size"/> bytes of memory; none where the kernel maps nothing.</summary>
    public static Lazy<SymbolFile> File { get; } = new(() => SymbolFile.Read(Bytes!.Value));

    public static Lazy<ByteSource> Bytes { get; } = new(() => new MemoryBytes(Copy()));

    /// <summary>Of its mapping, in bytes: another one is that of a process of 32 bits.</summary>
    public static ulong Size { get; } = ReadSize();

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
        if (begin == null || Size == 0)
            return [];
        var header = new ReadOnlySpan<byte>(begin, 64);
        // The section headers are the last thing in it.
        var end = BinaryPrimitives.ReadUInt64LittleEndian(header[40..])
            + (ulong)BinaryPrimitives.ReadUInt16LittleEndian(header[58..])
            * BinaryPrimitives.ReadUInt16LittleEndian(header[60..]);
        return new ReadOnlySpan<byte>(begin, (int)Math.Min(end, Size)).ToArray();
    }

    [LibraryImport("libc", EntryPoint = "getauxval")]
    private static partial nuint getauxval(ulong type);
}
