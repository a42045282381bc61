using ProcImage.Abi;
using ProcImage.Imaging;

namespace ProcImage.Tests.Unit.Imaging;

/// <summary>Which return addresses the kernel side tells places apart by, as bpf/blocked.h has it.</summary>
public class PlaceWordsTests
{
    private const ulong Program = 0x5500_0000_0000, Library = 0x7f00_0800_0001, Stack = 0x7ffe_0000_0000;

    [Theory]
    [InlineData(Program + 0x100, true)]
    [InlineData(Program + 0x1000, false)] // behind its code
    [InlineData(Library + 0x7, true)] // aligned, but in the library that waits
    [InlineData(Library + 0x2000_0007, false)] // a pointer to data more likely than not
    [InlineData(Library + 0x2000_0002, true)]
    [InlineData(Library + 0x2_0000_0002, false)] // too far
    [InlineData(Stack + 0x101, false)]
    [InlineData(0UL, false)]
    public void A_word_counts_that_may_be_a_return_address(ulong word, bool counts)
    {
        var stats = Stats(word, at: 7);
        Assert.Equal(counts, new PlaceWords([Library], stats).TellApart(word));
    }

    /// <summary>A walk that has found enough needs few of them.</summary>
    [Theory]
    [InlineData(47, 4, true)]
    [InlineData(48, 4, false)]
    [InlineData(48, 3, true)]
    [InlineData(255, 1, true)]
    public void Only_words_near_the_top_count(int at, int frames, bool counts)
    {
        const ulong Word = Program + 0x100;
        var stack = Enumerable.Repeat(Library, frames).ToArray();
        Assert.Equal(counts, new PlaceWords(stack, Stats(Word, at)).TellApart(Word));
    }

    [Fact]
    public void What_is_not_on_the_stack_tells_nothing_apart() =>
        Assert.False(new PlaceWords([Library], Stats(1, at: 0)).TellApart(Program + 0x100));

    private static BlockedStats Stats(ulong word, int at)
    {
        var stats = new BlockedStats { CodeStart = Program, CodeEnd = Program + 0x1000, StackPointer = Stack };
        stats.Words[at] = word;
        return stats;
    }
}
