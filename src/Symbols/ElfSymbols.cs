using System.Buffers.Binary;

namespace ProcImage.Symbols;

/// <summary>The functions of an ELF file by virtual address, or its variables: .symtab, or else .dynsym.</summary>
internal static class ElfSymbols
{
    private const int EntrySize = 24; // Elf64_Sym
    private const ulong MostSymbols = 1_000_000; // of one table, of all types
    private const ulong LongestTable = 256 << 20; // bytes
    private const uint SymbolTable = 2, DynamicSymbols = 11, NoBits = 8; // SHT_*
    private const int Variable = 1, Function = 2, IndirectFunction = 10; // STT_*
    private const int Undefined = 0, FirstReserved = 0xff00; // SHN_*

    /// <param name="bytes">The file.</param>
    /// <param name="table">Its section headers.</param>
    /// <param name="ofVariables">Instead of functions.</param>
    /// <param name="why">Why there are none; empty where there are.</param>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static SymbolTable Read(ByteSource bytes, ElfSectionTable table, bool ofVariables, out string why)
    {
        why = "it has no symbols";
        try
        {
            var sections = table.Read(bytes);
            foreach (var type in (ReadOnlySpan<uint>)[SymbolTable, DynamicSymbols])
            {
                if (Array.Find(sections, section => section.Type == type) is not { Type: not 0 } section)
                    continue;
                try
                {
                    var functions = ReadTable(bytes, sections, section, ofVariables);
                    if (functions.Count == 0)
                        continue;
                    why = "";
                    return functions;
                }
                catch (InvalidDataException damage)
                {
                    why = damage.Message; // perhaps the other table is better
                }
            }
        }
        catch (InvalidDataException damage)
        {
            why = damage.Message;
        }

        return Symbols.SymbolTable.Empty;
    }

    private static SymbolTable ReadTable(ByteSource bytes, ElfSection[] sections, in ElfSection table, bool ofVariables)
    {
        if (table.EntrySize != EntrySize || table.Link >= (ulong)sections.Length)
            throw new InvalidDataException("the symbol table is damaged");
        var names = sections[table.Link];
        if (table.Size / EntrySize > MostSymbols)
            throw new InvalidDataException($"{table.Size / EntrySize} symbols are too many");
        if (table.Size > LongestTable || names.Size > LongestTable)
            throw new InvalidDataException($"a table of more than {LongestTable >> 20} MB");
        if (!bytes.Holds(table.Offset, table.Size) || names.Type == NoBits || !bytes.Holds(names.Offset, names.Size))
            throw new InvalidDataException("the symbol table leads out of the file");
        return Named(ReadFunctions(bytes, sections, table, ofVariables), bytes, names);
    }

    private static List<ElfFunction> ReadFunctions(
        ByteSource bytes, ElfSection[] sections, in ElfSection table, bool ofVariables)
    {
        var functions = new List<ElfFunction>((int)(table.Size / EntrySize)); // no more than the file has
        var buffer = new byte[EntrySize * 2048];
        for (ulong at = 0, end = table.Size / EntrySize * EntrySize; at < end; at += (ulong)buffer.Length)
        {
            var entries = buffer.AsSpan(0, (int)Math.Min(end - at, (ulong)buffer.Length));
            bytes.Read(table.Offset + at, entries);
            for (; !entries.IsEmpty; entries = entries[EntrySize..])
            {
                int type = entries[4] & 0xf, binding = entries[4] >> 4;
                int section = BinaryPrimitives.ReadUInt16LittleEndian(entries[6..]);
                if (!(ofVariables ? type is Variable : type is Function or IndirectFunction) || section is Undefined or >= FirstReserved)
                    continue;
                var start = BinaryPrimitives.ReadUInt64LittleEndian(entries[8..]);
                var size = BinaryPrimitives.ReadUInt64LittleEndian(entries[16..]);
                functions.Add(new ElfFunction(
                    start,
                    size != 0 ? End(start, size) : EndOfSection(sections, section),
                    size == 0,
                    BinaryPrimitives.ReadUInt32LittleEndian(entries),
                    Preference(binding)));
            }
        }

        return functions;
    }

    /// <summary>In the order of the names, so that these are read once and in a row.</summary>
    private static SymbolTable Named(List<ElfFunction> functions, ByteSource bytes, in ElfSection names)
    {
        var order = new ulong[functions.Count];
        for (var index = 0; index < order.Length; index++)
            order[index] = (ulong)functions[index].NameOffset << 32 | (uint)index;
        Array.Sort(order);
        var table = new SymbolTableBuilder(functions.Count);
        var text = new NameWindow(bytes, names.Offset, names.Size);
        var (last, name) = (uint.MaxValue, -1);
        foreach (var key in order)
        {
            var function = functions[(int)(uint)key];
            if (function.NameOffset != last)
            {
                last = function.NameOffset;
                var found = text.NameAt(last);
                name = found.IsEmpty ? -1 : table.AddName(found);
            }

            if (name >= 0)
                table.Add(function.Start, function.End, function.IsOpen, name, function.Preference);
        }

        return table.Build();
    }

    private static ulong EndOfSection(ElfSection[] sections, int section) =>
        section < sections.Length ? End(sections[section].Address, sections[section].Size) : 0;

    private static ulong End(ulong start, ulong size) => size > ulong.MaxValue - start ? ulong.MaxValue : start + size;

    // Global, weak, local.
    private static byte Preference(int binding) => binding switch { 1 => 0, 2 => 1, _ => 2 };

    private readonly record struct ElfFunction(ulong Start, ulong End, bool IsOpen, uint NameOffset, byte Preference);
}
