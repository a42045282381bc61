using System.Text;
using ProcImage.Symbols;

namespace ProcImage.Tests.Unit.Symbols;

public sealed class MemoryMapTests
{
    private const string Lines = """
        00400000-00401000 r--p 00000000 fe:01 17                         /opt/a program
        00401000-00403000 r-xp 00001000 fe:01 17                         /opt/a program
        00600000-00601000 rw-p 00000000 00:00 0                          [heap]
        7f0000000000-7f0000001000 r-xp 00000000 00:00 0
        7f0000001000-7f0000003000 r-xp 00002000 08:11 23                 /lib/old.so (deleted)
        7f0000003000-7f0000004000 rwxp 00000000 00:0e 31                 //anon (deleted)
        7f0000004000-7f0000005000 r-xp 00000000 00:0f 37                 /new\012line
        7fff00000000-7fff00002000 r-xp 00000000 00:00 0                  [vdso]

        """;

    [Fact]
    public void An_address_is_in_a_mapping_and_the_file()
    {
        var mapping = Parse(Lines).Find(0x401010)!;
        Assert.Equal(
            new Mapping(0x401000, 0x403000, 0x1000, 0xfe_0000_0001, 17, "/opt/a program", false, true), mapping);
        Assert.Equal(0x1010UL, mapping.OffsetOf(0x401010));
        Assert.True(mapping.IsFile);
    }

    [Theory]
    [InlineData(0x3fffff)]
    [InlineData(0x403000)]
    [InlineData(0)]
    [InlineData(ulong.MaxValue)]
    public void Elsewhere_is_nothing(ulong address) => Assert.Null(Parse(Lines).Find(address));

    [Fact]
    public void Anonymous_memory_is_no_file()
    {
        var mapping = Parse(Lines).Find(0x7f0000000000)!;
        Assert.Equal("", mapping.Path);
        Assert.False(mapping.IsFile);
    }

    [Fact]
    public void A_deleted_file_keeps_its_name()
    {
        var mapping = Parse(Lines).Find(0x7f0000001000)!;
        Assert.Equal(("/lib/old.so", true), (mapping.Path, mapping.IsDeleted));
        Assert.Equal("//anon", Parse(Lines).Find(0x7f0000003000)!.Path);
    }

    [Fact]
    public void Names_may_hold_a_newline() => Assert.Equal("/new\nline", Parse(Lines).Find(0x7f0000004000)!.Path);

    [Fact]
    public void The_vdso_is_no_file() => Assert.False(Parse(Lines).Find(0x7fff00000000)!.IsFile);

    [Fact]
    public void Code_alone_can_be_kept()
    {
        Assert.Null(MemoryMap.Parse(Encoding.UTF8.GetBytes(Lines), isCodeOnly: true).Find(0x400000));
        Assert.NotNull(Parse(Lines).Find(0x400000));
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("10-5 r-xp 0 0:0 0")]
    [InlineData("10-20")]
    [InlineData("10-20 r-xp")]
    [InlineData("10-20 r-xp 0 0:0 x")]
    [InlineData("10-20 r-xp 0 0 0 0")]
    [InlineData("fffffffffffffffff-20 r-xp 0 0:0 0")]
    public void Other_lines_are_left_out(string line) => Assert.Empty(Parse(line).Mappings);

    [Fact]
    public void Our_own_memory_is_read()
    {
        var map = MemoryMap.OfProcess(Environment.ProcessId, isCodeOnly: false);
        Assert.Equal(map.Mappings.OrderBy(mapping => mapping.Start), map.Mappings);
        Assert.Contains(map.Mappings, mapping => mapping.Path.EndsWith("/libcoreclr.so", StringComparison.Ordinal));
    }

    private static MemoryMap Parse(string text) => MemoryMap.Parse(Encoding.UTF8.GetBytes(text), isCodeOnly: false);
}
