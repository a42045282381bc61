using ProcImage.Imaging;

namespace ProcImage.Tests.Unit.Imaging;

public class TimelinePlaceTests
{
    [Fact]
    public void It_is_read_as_it_was_written()
    {
        var place = new TimelinePlace(9_000_000_011, 200_003);
        Assert.Equal("9000000011-200003", $"{place}");
        Assert.Equal(place, TimelinePlace.Parse($"{place}"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("-")]
    [InlineData("1009")]
    [InlineData("18446744073709551615")]
    [InlineData("18446744073709551616-1")]
    [InlineData("1-18446744073709551616")]
    [InlineData("-1-1")]
    [InlineData("1--1")]
    [InlineData("1-2-3")]
    [InlineData("+1-1")]
    [InlineData(" 1-1")]
    [InlineData("1-1\n")]
    [InlineData("0x1-1")]
    [InlineData("١-١")]
    [InlineData("nonsense")]
    public void What_is_none_is_the_beginning(string? text) => Assert.Equal(default, TimelinePlace.Parse(text));

    [Fact]
    public void So_is_a_huge_text() => Assert.Equal(default, TimelinePlace.Parse(new string('9', 100_000) + "-1"));
}
