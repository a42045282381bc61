using ProcImage.CommandLine;

namespace ProcImage.Tests.Unit.CommandLine;

public class NumberRangeTests
{
    private static readonly NumberRange _seconds = new(0, uint.MaxValue, "seconds");

    [Theory]
    [InlineData("0", 0u)]
    [InlineData("007", 7u)]
    [InlineData("4294967295", 4294967295u)]
    public void Takes_decimal_digits(string text, uint number) => Assert.Equal(number, _seconds.Parse("--time", text));

    [Theory]
    [InlineData("abc")]
    [InlineData("")]
    [InlineData("=1")]
    [InlineData("-1")]
    [InlineData("-0")]
    [InlineData("+1")]
    [InlineData(" 1")]
    [InlineData("1 ")]
    [InlineData("1s")]
    [InlineData("1.0")]
    [InlineData("1e3")]
    [InlineData("1,000")]
    [InlineData("0x10")]
    [InlineData("٣")]
    [InlineData("4294967296")]
    [InlineData("99999999999999999999999")]
    public void Refuses_all_else(string text)
    {
        var refused = Assert.Throws<CommandException>(() => _seconds.Parse("--time", text));
        Assert.Equal($"--time must be 0 to 4294967295 seconds, not '{text}'", refused.Message);
    }

    [Fact]
    public void Two_numbers_are_named_as_a_choice()
    {
        var refused = Assert.Throws<CommandException>(() => new NumberRange(0, 1).Parse("--keytime", "2"));
        Assert.Equal("--keytime must be 0 or 1, not '2'", refused.Message);
    }
}
