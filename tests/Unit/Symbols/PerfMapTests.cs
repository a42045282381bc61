using System.Globalization;
using System.Text;
using ProcImage.Symbols;
using ProcImage.Tests.Fuzz;

namespace ProcImage.Tests.Unit.Symbols;

public sealed class PerfMapTests
{
    [Theory]
    [InlineData(0x1000, "int32 [app] Program::Main(string[])[Tier0]")]
    [InlineData(0x100f, "int32 [app] Program::Main(string[])[Tier0]")]
    [InlineData(0x1010, null)]
    [InlineData(0x2000, "JS:*later file:///a b.js:1:2")]
    [InlineData(0xfff, null)]
    public void Numbers_may_begin_with_0x_and_names_hold_spaces(ulong address, string? name) =>
        Assert.Equal(name, Of(
            "0x1000 0x10 int32 [app] Program::Main(string[])[Tier0]", "2000 8 JS:*later file:///a b.js:1:2")
            .NameAt(address));

    [Fact]
    public void Where_two_overlap_the_later_wins()
    {
        var map = Of("100 100 whole", "140 40 part", "f0 20 before", "1f0 20 behind");
        Assert.Equal(
            ["before", "before", "whole", "part", "whole", "behind", null],
            new ulong[] { 0xf0, 0x10f, 0x110, 0x17f, 0x180, 0x20f, 0x210 }.Select(map.NameAt));
    }

    [Fact]
    public void It_can_grow()
    {
        var map = new PerfMap();
        Assert.Equal(13, map.Append("100 10 first\n200 10 sec"u8));
        Assert.Equal(("first", null), (map.NameAt(0x100), map.NameAt(0x200)));
        Assert.Equal(25, map.Append("200 10 second\n100 8 third\n"u8) - 1);
        Assert.Equal(("third", "first", "second"), (map.NameAt(0x107), map.NameAt(0x108), map.NameAt(0x200)));
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("100")]
    [InlineData("100 10")]
    [InlineData("100 10 ")]
    [InlineData("100 0 empty")]
    [InlineData("ffffffffffffffff 10 around")]
    [InlineData("11111111111111111 10 large")]
    public void Other_lines_are_left_out(string line) => Assert.Null(Of(line, "1 1 one").NameAt(0x100));

    /// <summary>Against a plain array of which line covers which address.</summary>
    [Fact]
    public void Any_order_gives_what_was_written_last() => Fuzzing.Run(random =>
    {
        var expected = new string?[64];
        var map = new PerfMap();
        for (var line = 0; line < 20; line++)
        {
            var (start, name) = (random.Next(60), line.ToString(CultureInfo.InvariantCulture));
            var size = random.Next(1, 64 - start);
            map.Append(Encoding.UTF8.GetBytes($"{start:x} {size:x} {name}\n"));
            expected.AsSpan(start, size).Fill(name);
            if (random.Chance(0.2))
                Assert.Equal(expected, Enumerable.Range(0, expected.Length).Select(at => map.NameAt((ulong)at)));
        }

        Assert.Equal(expected, Enumerable.Range(0, expected.Length).Select(at => map.NameAt((ulong)at)));
    });

    private static PerfMap Of(params string[] lines)
    {
        var map = new PerfMap();
        map.Append(Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n"));
        return map;
    }
}
