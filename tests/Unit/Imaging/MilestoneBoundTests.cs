using ProcImage.Imaging;

namespace ProcImage.Tests.Unit.Imaging;

public class MilestoneBoundTests
{
    private readonly Biography _first = new();
    private readonly Biography _second = new();

    [Fact]
    public void What_was_told_first_is_dropped_first_whosever_it_is()
    {
        var bound = new MilestoneBound(5, long.MaxValue);
        foreach (var biography in new[] { _first, _second, _first, _second, _first })
            Add(bound, biography);
        Assert.Equal((0UL, 0UL), (_first.Dropped, _second.Dropped));
        Add(bound, _second);
        Assert.Equal((1UL, 0UL), (_first.Dropped, _second.Dropped));
        Add(bound, _second);
        Assert.Equal((1UL, 1UL), (_first.Dropped, _second.Dropped));
        Assert.Equal((2, 3), (_first.Milestones.Count, _second.Milestones.Count));
        AssertCounts(bound);
    }

    [Fact]
    public void One_that_has_dropped_its_own_leaves_room_for_others()
    {
        var bound = new MilestoneBound(Biography.MostMilestones + 3, long.MaxValue);
        for (var i = 0; i < Biography.MostMilestones + 7; i++)
            Add(bound, _first);
        Assert.Equal((7UL, Biography.MostMilestones), (_first.Dropped, _first.Milestones.Count));
        for (var i = 0; i < 3; i++)
            Add(bound, _second);
        Assert.Equal((7UL, 3), (_first.Dropped, _second.Milestones.Count));
        Add(bound, _second);
        Assert.Equal((8UL, 4), (_first.Dropped, _second.Milestones.Count));
        AssertCounts(bound);
    }

    [Fact]
    public void Large_ones_are_bounded_by_their_bytes()
    {
        var bound = new MilestoneBound(1000, 10_007);
        for (var i = 0; i < 100; i++)
            bound.Add(_first, new Executed(_first.Added, 7, 7, "", new byte[509], false));
        Assert.InRange(bound.Bytes, 8_000, 10_007);
        Assert.InRange(_first.Milestones.Count, 12, 20);
        AssertCounts(bound);
    }

    [Fact]
    public void One_that_is_forgotten_leaves_room_for_others()
    {
        var bound = new MilestoneBound(5, long.MaxValue);
        for (var i = 0; i < 3; i++)
            Add(bound, _first);
        bound.Empty(_first);
        Assert.Equal((0, 0L), (bound.Kept, bound.Bytes));
        for (var i = 0; i < 5; i++)
            Add(bound, _second);
        Assert.Equal((0, 5, 0UL), (_first.Milestones.Count, _second.Milestones.Count, _second.Dropped));
        AssertCounts(bound);
    }

    [Fact]
    public void However_many_come_and_go_little_remembers_them()
    {
        var bound = new MilestoneBound(100_000, long.MaxValue);
        Add(bound, _first); // stands at the head of the queue
        for (var i = 0; i < 20_011; i++)
        {
            Add(bound, _second);
            var passing = new Biography();
            Add(bound, passing);
            bound.Empty(passing);
        }

        Assert.InRange(bound.Queued, bound.Kept, (2 * bound.Kept) + 1001);
        AssertCounts(bound);
    }

    private void AssertCounts(MilestoneBound bound)
    {
        Assert.Equal(_first.Milestones.Count + _second.Milestones.Count, bound.Kept);
        Assert.Equal(_first.Milestones.Concat(_second.Milestones).Sum(milestone => milestone.Bytes), bound.Bytes);
        Assert.Equal(bound.Bytes, _first.Bytes + _second.Bytes);
    }

    private static void Add(MilestoneBound bound, Biography biography) =>
        bound.Add(biography, new Renamed(biography.Added, 7, "", ""));
}
