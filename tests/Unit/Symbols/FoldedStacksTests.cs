using ProcImage.Symbols;

namespace ProcImage.Tests.Unit.Symbols;

public sealed class FoldedStacksTests
{
    [Fact]
    public void A_line_goes_from_the_root_to_the_top_and_the_longest_is_the_first()
    {
        Assert.Equal("main;other 5000000007\nmain;a:b c;schedule 1009\n", Write(sample => sample.Nanoseconds));
        Assert.Equal("main;a:b c;schedule 3\nmain;other 3\n", Write(sample => sample.Count));
    }

    private static string Write(Func<StackSample, long> value)
    {
        using var text = new StringWriter();
        FoldedStacks.Write(text, Profiles.Samples, value);
        return text.ToString();
    }
}
