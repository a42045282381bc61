using ProcImage.Imaging;

namespace ProcImage.Tests.Unit.Imaging;

public class WaitCyclesTests
{
    /// <param name="waits">'41>7': 41 waits for 7; '41>' for nobody that is known.</param>
    /// <param name="expected">Circles, from the lowest tid on.</param>
    [Theory]
    [InlineData("", "")]
    [InlineData("41>7", "")]
    [InlineData("41>", "")]
    [InlineData("41>7 7>", "")]
    [InlineData("41>7 7>41", "7-41")]
    [InlineData("41>41", "41")]
    [InlineData("3>1 1>2 2>3", "1-2-3")]
    [InlineData("9>1 8>1 1>2 2>3 3>1", "1-2-3")]
    [InlineData("1>2 2>3 3>2", "2-3")]
    [InlineData("4>3 3>4 2>1 1>2", "1-2 3-4")]
    [InlineData("1>2 2>3 3>4 4>5", "")]
    [InlineData("5>4 4>3 3>2 2>1", "")]
    public void Circles_are_found_whoever_else_waits_for_them(string waits, string expected)
    {
        var edges = waits.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(edge => edge.Split('>'))
            .Select(edge => LockRecords.Wait(int.Parse(edge[0]), edge[1].Length == 0 ? 0 : int.Parse(edge[1])));
        var found = WaitCycles.Find(edges);
        Assert.Equal(expected, string.Join(' ', found.Select(cycle => string.Join('-', cycle.Select(wait => wait.Tid)))));
    }

    [Fact]
    public void Whoever_has_slept_again_or_waits_for_another_one_does_not_stand_still()
    {
        var wait = LockRecords.Wait(41, 7);
        Assert.True(wait.IsStill(LockRecords.Wait(41, 7)));
        Assert.False(wait.IsStill(LockRecords.Wait(41, 7, switches: 6)));
        Assert.False(wait.IsStill(wait with { Owner = new LockOwner(8, "t8") }));
        Assert.False(wait.IsStill(wait with { Begin = wait.Begin + 1 }));
        Assert.False(wait.IsStill(wait with { StartId = 1 }));
    }

    [Fact]
    public void A_wait_that_ends_by_itself_is_in_none() => Assert.Empty(
        WaitCycles.Find([LockRecords.Wait(41, 7), LockRecords.Wait(7, 41) with { HasTimeout = true }]));
}
