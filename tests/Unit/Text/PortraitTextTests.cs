using ProcImage.Abi;
using ProcImage.Tests.Unit.Imaging;
using ProcImage.Text;

namespace ProcImage.Tests.Unit.Text;

public class PortraitTextTests
{
    private readonly Readings _readings = new();

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("\u001b[31mred", "\\u001b[31mred")]
    [InlineData("a\tb\nc\u007f", "a\\tb\\nc\\u007f")]
    [InlineData("naïve 名前", "naïve 名前")]
    public void A_control_character_of_a_name_is_escaped(string name, string shown)
    {
        _readings.Read((Records.Process with { Comm = Records.Name(name) }).Bytes());
        Assert.StartsWith($"   4241 {shown}", Table()[1], StringComparison.Ordinal);
    }

    [Fact]
    public void No_name_gets_a_control_character_into_the_table()
    {
        var names = Enumerable.Range(1, 255).Select(i => Records.Name((byte)'a', (byte)i));
        var encoded = Enumerable.Range(0x80, 0x20).Select(i => Records.Name(0xc2, (byte)i));
        _readings.Read([.. names.Concat(encoded).Select((comm, i) => (Records.Process with { Tgid = i + 1, Comm = comm }).Bytes())]);
        foreach (var portrait in _readings.Table.Portraits)
            Assert.DoesNotContain(PortraitText.Table([portrait]), c => char.IsControl(c) && c != '\n');
    }

    [Fact]
    public void Those_with_the_most_CPU_time_come_first_after_the_named()
    {
        _readings.Read(Life(7, 100), Life(11, 300), (Records.Named with { Tgid = 13 }).Bytes());
        Assert.Equal(["13", "11", "7"], Table().Skip(1).Select(row => row[..7].Trim()));
    }

    [Fact]
    public void A_long_list_ends_with_how_many_more_there_are()
    {
        _readings.Read([.. Enumerable.Range(1, 29).Select(tgid => Life(tgid, 100))]);
        Assert.Equal("... and 9 more", Table()[^1]);
        Assert.Equal(1 + 20 + 1, Table().Length);
    }

    [Fact]
    public void Who_has_nothing_to_show_has_no_row()
    {
        _readings.Read((Records.Process with { Images = ImageSet.None, Kept = ImageSet.None }).Bytes());
        Assert.Single(Table());
    }

    [Fact]
    public void A_thread_is_listed_by_its_tid()
    {
        _readings.Read(Records.Target.Bytes());
        Assert.StartsWith("   4243 io-thread ", Table()[1], StringComparison.Ordinal);
    }

    private static byte[] Life(int tgid, ulong runtime) =>
        (Records.Process with { Tgid = tgid, Gone = new() { Runtime = runtime } }).Bytes();

    private string[] Table() => PortraitText.Table(_readings.Table.Portraits).TrimEnd('\n').Split('\n');
}
