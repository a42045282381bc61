using ProcImage.Abi;
using ProcImage.Imaging;
using ProcImage.Symbols;

namespace ProcImage.Tests.Unit.Imaging;

/// <summary>Names belong to the program that blocked: an exec replaces all that was mapped.</summary>
public sealed class BlockedLifeTests
{
    private const string TooLate = "[not looked up in time]";

    private readonly BlockedLife _life = new();

    [Fact]
    public void Names_that_were_read_before_an_exec_stay()
    {
        var place = Add(1, since: 100);
        place.Name(Named("old"), 110, 120, 0);
        _life.Change(200);
        Assert.Equal(["kernel", "old"], Names(place));
    }

    [Fact]
    public void Where_an_exec_came_first_it_is_too_late()
    {
        var (unnamed, overtaken) = (Add(1, since: 100), Add(2, since: 100));
        overtaken.Name(Named("perhaps new"), 150, 210, 0);
        _life.Change(200);
        Assert.Equal(["kernel", TooLate], Names(overtaken));
        Assert.True(unnamed.IsLate);
        unnamed.Name(Named("new"), 210, 220, 200);
        Assert.Equal(["kernel", TooLate], Names(unnamed));
    }

    [Fact]
    public void A_place_of_the_new_program_does_not_keep_names_of_the_old_one()
    {
        var place = Add(1, since: 300);
        place.Name(Named("old"), 110, 310, 0);
        _life.Change(200);
        Assert.Null(place.Frames);
        place.Name(Named("still old"), 110, 320, 200); // from a map that was read before
        Assert.Null(place.Frames);
        place.Name(Named("new"), 330, 340, 200);
        Assert.Equal(["kernel", "new"], Names(place));
    }

    [Fact]
    public void Each_exec_counts_not_only_the_latest()
    {
        var place = Add(1, since: 100);
        place.Name(Named("second"), 210, 220, 0);
        _life.Change(200);
        _life.Change(300);
        Assert.Equal(["kernel", TooLate], Names(place));
    }

    [Fact]
    public void One_that_is_found_after_the_exec_is_too_late_at_once()
    {
        var (before, after) = (Add(1, since: 100, exec: 200), Add(2, since: 300, exec: 200));
        Assert.True(before.IsLate);
        Assert.False(after.IsLate);
    }

    /// <summary>The event of an exec may be lost: the number of the program tells of it, too.</summary>
    [Fact]
    public void A_place_of_a_later_program_tells_of_an_exec()
    {
        var (named, unnamed) = (Add(1, since: 100), Add(2, since: 100));
        named.Name(Named("old"), 110, 120, 0);
        var later = Add(3, since: 300, program: 2);
        Assert.Equal(["kernel", "old"], Names(named));
        Assert.True(unnamed.IsLate);
        Assert.False(later.IsLate);
        Assert.True(Add(4, since: 310, program: 1).IsLate);
    }

    [Fact]
    public void What_is_over_before_it_was_looked_up_keeps_its_stacks()
    {
        var place = Add(1, since: 100);
        _life.Keep(place, Stats(count: 3));
        Assert.Equal([7UL, 8UL], BlockedPlace.Trim(place.KeptStacks!.Value.KernelStack));
        Assert.False(place.IsLate);
        place.Name(Named("user"), 110, 120, 0);
        Assert.Equal(["kernel", "user"], Names(place));
        Assert.Null(place.KeptStacks);
        Assert.Equal(new BlockedSite(TimeState.Sleeping, 30, 3, 20), place.Kept);
    }

    [Fact]
    public void A_key_that_comes_again_is_another_place_and_an_earlier_activation_is_dropped()
    {
        var first = Add(1, since: 100);
        _life.Keep(first, Stats(count: 3));
        Assert.False(_life.Knows(first.Key));
        var second = Add(1, since: 300);
        Assert.Equal(2, _life.Places.Count());
        Assert.Equal(1, _life.DropKept(before: 300));
        Assert.Equal([second], _life.Places);
    }

    [Fact]
    public void Where_nothing_was_counted_nothing_is_kept()
    {
        _life.Keep(Add(1, since: 100), Stats(count: 0));
        Assert.Empty(_life.Places);
    }

    [Fact]
    public void The_latest_execs_are_kept_by_process_and_told_once()
    {
        var execs = new LatestExecs(most: 3);
        execs.Add(1, 10);
        execs.Add(2, 20);
        execs.Add(1, 30);
        Assert.Equal([(1, 10UL), (2, 20UL), (1, 30UL)], execs.TakeFresh());
        Assert.Empty(execs.TakeFresh());
        execs.Add(3, 40); // the oldest goes, but not the latest of its process
        Assert.Equal([30UL, 20UL, 40UL, 0UL], Enumerable.Range(1, 4).Select(execs.Of));
        execs.Add(4, 50);
        Assert.Equal([30UL, 0UL, 40UL, 50UL], Enumerable.Range(1, 4).Select(execs.Of));
        Assert.Equal([(3, 40UL), (4, 50UL)], execs.TakeFresh());
    }

    private BlockedPlace Add(ulong stacks, ulong since, ulong exec = 0, uint program = 1)
    {
        var key = new BlockedKey { Stacks = stacks, State = TimeState.Sleeping, Program = program };
        _life.Add(key, since, exec);
        return _life.Places.Single(place => place.Key == key && place.Since == since);
    }

    private static BlockedStats Stats(ulong count)
    {
        var stats = new BlockedStats { Time = 30, Count = count, Max = 20 };
        (stats.KernelStack[0], stats.KernelStack[1], stats.UserStack[0]) = (7, 8, 9);
        return stats;
    }

    private static List<Frame> Named(string user) => [new(1, "kernel", null, IsKernel: true), new(2, user, null)];

    private static IEnumerable<string> Names(BlockedPlace place) => place.Frames!.Select(frame => frame.Name);
}
