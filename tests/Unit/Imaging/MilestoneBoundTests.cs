using ProcImage.Imaging;

namespace ProcImage.Tests.Unit.Imaging;

public class MilestoneBoundTests
{
    private readonly Biography _first = new();
    private readonly Biography _second = new();

    [Fact]
    public void What_was_told_first_is_dropped_first_whosever_it_is()
    {
        var bound = new MilestoneBound(5);
        foreach (var biography in new[] { _first, _second, _first, _second, _first })
            Add(bound, biography);
        Assert.Equal((0UL, 0UL), (_first.Dropped, _second.Dropped));
        Add(bound, _second);
        Assert.Equal((1UL, 0UL), (_first.Dropped, _second.Dropped));
        Add(bound, _second);
        Assert.Equal((1UL, 1UL), (_first.Dropped, _second.Dropped));
        Assert.Equal((2, 3), (_first.Milestones.Count, _second.Milestones.Count));
    }

    [Fact]
    public void One_that_has_dropped_its_own_has_not_to_drop_them_again()
    {
        var bound = new MilestoneBound(Biography.MostMilestones + 3);
        for (var i = 0; i < Biography.MostMilestones + 7; i++)
            Add(bound, _first);
        Assert.Equal((7UL, Biography.MostMilestones), (_first.Dropped, _first.Milestones.Count));
        Add(bound, _second);
        Assert.Equal((7UL, 1), (_first.Dropped, _second.Milestones.Count));
    }

    private static void Add(MilestoneBound bound, Biography biography)
    {
        biography.Add(new Renamed(biography.Added, 7, "", ""));
        bound.Count(biography);
    }
}
