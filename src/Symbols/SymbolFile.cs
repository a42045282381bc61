namespace ProcImage.Symbols;

/// <summary>What is kept of a mapped file, which itself is closed.</summary>
/// <param name="Elf">Null where it is no ELF file.</param>
/// <param name="Functions">By virtual address; of a cache of variables, those.</param>
/// <param name="Unknown">Why there are no functions; empty where there are.</param>
internal sealed record SymbolFile(ElfFile? Elf, SymbolTable Functions, string Unknown)
{
    private const int MostRemembered = 4096;

    private readonly Dictionary<ulong, CallerStep> _steps = [];
    private readonly Dictionary<ulong, CallBefore> _calls = [];

    /// <summary>Of a file that cannot be opened.</summary>
    public static SymbolFile Unreadable { get; } = new(null, SymbolTable.Empty, "it cannot be opened");

    public string BuildId => Elf?.BuildId ?? "";

    /// <summary>What it takes in memory, about.</summary>
    public long Bytes => 512 + Functions.Bytes + (long)(Elf?.Segments.Count ?? 0) * 48;

    /// <summary>Whatever is in it: a damaged file is one without symbols.</summary>
    public static SymbolFile Read(ByteSource bytes)
    {
        try
        {
            return Read(bytes, ElfFile.Read(bytes));
        }
        catch (Exception failure) when (failure is InvalidDataException or IOException)
        {
            return new SymbolFile(null, SymbolTable.Empty, failure.Message);
        }
    }

    /// <inheritdoc cref="Read(ByteSource)"/>
    public static SymbolFile Read(ByteSource bytes, ElfFile elf, bool ofVariables = false)
    {
        try
        {
            var functions = ElfSymbols.Read(bytes, elf.Sections, ofVariables, out var why);
            return new SymbolFile(elf, functions, why);
        }
        catch (IOException failure)
        {
            return new SymbolFile(elf, SymbolTable.Empty, failure.Message);
        }
    }

    /// <summary>Null where none is known.</summary>
    /// <param name="offset">In the file.</param>
    public string? NameAt(ulong offset) =>
        Elf?.AddressOf(offset) is { } address && Functions.NameAt(address) is { } name
            ? Demangler.Demangle(name)
            : null;

    /// <summary>How the caller is found from there, remembered: few places block.</summary>
    /// <param name="address">Virtual.</param>
    /// <param name="find">Reads the file.</param>
    public CallerStep StepAt(ulong address, Func<ulong, CallerStep> find) => Remembered(_steps, address, find);

    /// <summary>Which call ends there, remembered likewise.</summary>
    /// <param name="offset">In the file.</param>
    /// <param name="find">Reads the file.</param>
    public CallBefore CallBefore(ulong offset, Func<ulong, CallBefore> find) => Remembered(_calls, offset, find);

    private static T Remembered<T>(Dictionary<ulong, T> known, ulong at, Func<ulong, T> find)
    {
        if (known.TryGetValue(at, out var value))
            return value;
        if (known.Count >= MostRemembered)
            known.Clear();
        return known[at] = find(at);
    }
}
