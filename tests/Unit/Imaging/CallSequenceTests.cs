using ProcImage.Abi;
using ProcImage.Imaging;

namespace ProcImage.Tests.Unit.Imaging;

public class CallSequenceTests
{
    private const ulong Now = 90_000_000_000;

    [Theory]
    [InlineData(3, 20, new[] { 0, 1, 2 })]
    [InlineData(7, 3, new[] { 4, 5, 6 })]
    [InlineData(54, 2, new[] { 52, 53 })]
    [InlineData(1009, 3, new[] { 1006, 1007, 1008 })]
    public void The_latest_so_many_come_in_their_order(int told, int most, int[] numbers) =>
        Assert.Equal(numbers, Read(CallRecords.Sequence((ulong)told), most).Calls.Select(call => call.Number));

    [Fact]
    public void What_was_overwritten_while_it_was_copied_is_left_out()
    {
        var calls = Read(CallRecords.Sequence(told: 100, begun: 107), 50).Calls;
        Assert.Equal(Enumerable.Range(55, 45), calls.Select(call => call.Number));
    }

    [Fact]
    public void All_were_overwritten() => Assert.Empty(Read(CallRecords.Sequence(told: 100, begun: 1000), 50).Calls);

    [Fact]
    public void A_thread_that_has_made_none_yet_is_in_one_that_began_before()
    {
        var sequence = Read(CallRecords.Sequence(0, with: record => record with { Kind = CallKind.Native, Number = 232 }), 20);
        Assert.Empty(sequence.Calls);
        Assert.Equal(new CallInside(4243, new CallId(CallKind.Native, 232), null), sequence.Inside);
    }

    [Fact]
    public void The_call_that_it_is_in_has_taken_so_long()
    {
        var bytes = CallRecords.Sequence(1, with: record => record with { Kind = CallKind.Native, Number = 0, Begin = Now - 77 });
        Assert.Equal(77UL, Read(bytes, 20).Inside!.Time);
    }

    [Fact]
    public void A_thread_on_its_way_in_user_space_is_in_none() => Assert.Null(Read(CallRecords.Sequence(5), 20).Inside);

    private static CallSequence Read(byte[] bytes, int most) => CallSequence.Read(bytes, most, Now);
}
