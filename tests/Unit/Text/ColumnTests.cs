using System.Text.RegularExpressions;
using ProcImage.Abi;
using ProcImage.Tests.Unit.Imaging;
using ProcImage.Text;

namespace ProcImage.Tests.Unit.Text;

public partial class ColumnTests
{
    private static readonly ProcessRecord _process = Records.Process with
    {
        Comm = Records.Name("fifteen-letters"),
        Threads = 1013,
        Gone = new() { Runtime = 12_345_670_000_000, ReadChars = 1_234_567_890, WrittenChars = 1_099_000_000_000 },
        Memory = new() { Resident = 100_003 },
    };

    [Theory]
    [InlineData("NAME")]
    [InlineData("RESIDENT")]
    [InlineData("READ")]
    [InlineData("WRITTEN")]
    [InlineData("WAITS")]
    public void Text_columns_start_where_their_heading_starts(string heading)
    {
        var (header, row) = Table(_process, Records.Waits(3000, 5_000_000));
        Assert.Contains(header.IndexOf(" " + heading, StringComparison.Ordinal) + 1, Cells(row).Select(cell => cell.Index));
    }

    [Theory]
    [InlineData("PID")]
    [InlineData("CPU s")]
    [InlineData("THREADS")]
    [InlineData("MEAN us")]
    [InlineData("MAX us")]
    public void Number_columns_end_where_their_heading_ends(string heading)
    {
        var (header, row) = Table(_process, Records.Waits(3000, 5_000_000));
        Assert.Contains(
            header.IndexOf(" " + heading, StringComparison.Ordinal) + 1 + heading.Length, Cells(row).Select(cell => cell.Index + cell.Length));
    }

    [Fact]
    public void Without_resources_the_delays_stay_in_their_columns()
    {
        var (_, whole) = Table(_process, Records.Waits(3000));
        var (_, part) = Table(_process with { Images = ImageSet.Schedule }, Records.Waits(3000));
        Assert.Equal(Cells(whole)[^3..].Select(cell => cell.Index), Cells(part)[^3..].Select(cell => cell.Index));
    }

    [Fact]
    public void A_name_that_had_to_be_escaped_moves_no_column()
    {
        var (_, plain) = Table(_process, Records.Waits(3000));
        var (_, escaped) = Table(_process with { Comm = Records.Name("\u001b[31m\u0007\u0007\u0007\u0007\u0007\u0007") }, Records.Waits(3000));
        Assert.Equal(plain.Length, escaped.Length);
        Assert.Equal(Cells(plain)[^3..].Select(cell => cell.Index), Cells(escaped)[^3..].Select(cell => cell.Index));
    }

    private static List<Capture> Cells(string row) => [.. Cell().Matches(row).Cast<Capture>()];

    private static (string Header, string Row) Table(ProcessRecord record, Histogram schedule)
    {
        var portrait = new Readings().Read(record.Bytes(schedule)).Only;
        var lines = PortraitText.Table([portrait]).Split('\n');
        return (lines[0], lines[1]);
    }

    [GeneratedRegex("\\S+")]
    private static partial Regex Cell();
}
