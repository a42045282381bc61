using ProcImage.Symbols;

namespace ProcImage.Tests.Unit.Symbols;

/// <summary>Names of data, against what nm(1) says of the same files.</summary>
public class DataSymbolsTests
{
    private readonly SymbolCache _cache = new(SymbolCache.UsualCapacity, ofVariables: true);

    [Theory]
    [InlineData("_IO_stdin_used")] // never written
    [InlineData("__dso_handle")] // in the file
    public void A_variable_of_the_program_has_its_name(string variable)
    {
        using var waiting = Waiting.Start(Compiled.Waits, "read");
        var symbols = Open(waiting);
        ulong address = BaseOf(waiting, Compiled.Waits) + AddressOf(Compiled.Waits, variable);
        Assert.Equal(variable, symbols.NameOf(address));
        Assert.Equal(variable + "+1", symbols.NameOf(address + 1));
    }

    [Theory]
    [InlineData("[heap]")]
    [InlineData("[stack]")]
    public void Other_memory_has_its_place(string kind)
    {
        using var waiting = Waiting.Start(Compiled.Waits, "read");
        var mapping = MapOf(waiting).Mappings.First(mapping => mapping.Path == kind);
        Assert.Equal($"{kind}+0x18", Open(waiting).NameOf(mapping.Start + 0x18));
    }

    [Fact]
    public void Without_symbols_there_is_the_place_in_the_file()
    {
        using var waiting = Waiting.Start(Compiled.Stripped, "read");
        var mapping = MapOf(waiting).Mappings.Last(mapping => mapping.Path == Compiled.Stripped);
        Assert.Equal($"[waits-stripped+0x{mapping.Offset + 1:x}]", Open(waiting).NameOf(mapping.Start + 1));
    }

    [Fact]
    public void Where_nothing_is_mapped_there_is_no_name()
    {
        using var waiting = Waiting.Start(Compiled.Waits, "read");
        Assert.Null(Open(waiting).NameOf(8));
        Assert.Null(DataSymbols.Open(waiting.Pid, waiting.StartId + 100_000_000, _cache));
    }

    private DataSymbols Open(Waiting waiting) =>
        Assert.IsType<DataSymbols>(DataSymbols.Open(waiting.Pid, waiting.StartId, _cache));

    private static MemoryMap MapOf(Waiting waiting) => MemoryMap.OfProcess(waiting.Pid, isCodeOnly: false);

    private static ulong BaseOf(Waiting waiting, string program) =>
        MapOf(waiting).Mappings.First(mapping => mapping.Path == program).Start;

    private static ulong AddressOf(string program, string variable) => Waiting.Hexadecimal(
        Ran.With("nm", program).AssertDone().Output.Split('\n').First(line => line.EndsWith(' ' + variable, StringComparison.Ordinal)).Split(' ')[0]);
}
