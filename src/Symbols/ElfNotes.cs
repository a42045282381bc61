using System.Buffers.Binary;

namespace ProcImage.Symbols;

internal static class ElfNotes
{
    private const uint BuildId = 3; // NT_GNU_BUILD_ID
    private const int LongestBuildId = 64; // bytes
    private const int HeaderSize = 12; // Elf64_Nhdr

    /// <param name="notes">Of one segment.</param>
    /// <param name="alignment">4 or 8 bytes.</param>
    /// <returns>Hexadecimal; empty where there is none.</returns>
    public static string FindBuildId(ReadOnlySpan<byte> notes, int alignment)
    {
        while (notes.Length >= HeaderSize)
        {
            ulong name = BinaryPrimitives.ReadUInt32LittleEndian(notes);
            ulong size = BinaryPrimitives.ReadUInt32LittleEndian(notes[4..]);
            var type = BinaryPrimitives.ReadUInt32LittleEndian(notes[8..]);
            var begin = Aligned(HeaderSize + name, alignment);
            if (begin + size > (ulong)notes.Length)
                break;
            if (type == BuildId && notes[HeaderSize..].StartsWith("GNU\0"u8) && size is > 0 and <= LongestBuildId)
                return Convert.ToHexStringLower(notes.Slice((int)begin, (int)size));
            var next = Aligned(begin + size, alignment);
            if (next > (ulong)notes.Length)
                break;
            notes = notes[(int)next..];
        }

        return "";
    }

    private static ulong Aligned(ulong offset, int alignment) =>
        (offset + (ulong)alignment - 1) & ~((ulong)alignment - 1);
}
