using ProcImage.Symbols;

namespace ProcImage.Tests.Unit.Symbols;

public class StackWalkTests
{
    private readonly Dictionary<ulong, (ulong Frame, ulong Return)> _memory = new()
    {
        [1100] = (1200, 0xa),
        [1200] = (1300, 0xb),
        [1300] = (0, 0xc),
    };

    [Fact]
    public void It_goes_up_to_the_first_function() => Assert.Equal([1, 0xa, 0xb, 0xc], Walk(1100));

    [Theory]
    [InlineData(0)] // the register is something else
    [InlineData(900)] // below the stack
    [InlineData(5000)] // not mapped
    public void Without_a_frame_pointer_there_is_the_instruction(ulong framePointer) => Assert.Equal([1UL], Walk(framePointer));

    [Fact]
    public void It_never_goes_round()
    {
        _memory[1300] = (1100, 0xc);
        Assert.Equal([1, 0xa, 0xb, 0xc], Walk(1100));
    }

    [Fact]
    public void No_more_are_taken_than_are_kept() => Assert.Equal([1, 0xa], Walk(1100, most: 2));

    private ulong[] Walk(ulong framePointer, int most = 64) => StackWalk.Walk(
        1, framePointer, 1000, at => _memory.TryGetValue(at, out var frame) ? frame : null, most);
}
