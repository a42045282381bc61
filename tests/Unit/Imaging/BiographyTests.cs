using ProcImage.Abi;
using ProcImage.Imaging;

namespace ProcImage.Tests.Unit.Imaging;

public class BiographyTests
{
    private readonly Biography _biography = new();

    [Fact]
    public void It_is_in_the_order_of_time_whatever_the_order_of_telling()
    {
        foreach (var time in new[] { 5, 2, 7, 3, 11 })
            _biography.Add(Event(time));
        Assert.Equal([2UL, 3UL, 5UL, 7UL, 11UL], Times());
    }

    [Fact]
    public void What_happens_at_one_time_stays_in_the_order_of_telling()
    {
        foreach (var name in new[] { "a", "b", "c" })
            _biography.Add(new Renamed(5, 7, "", name));
        Assert.Equal(["a", "b", "c"], _biography.Milestones.Cast<Renamed>().Select(renamed => renamed.After));
    }

    [Fact]
    public void The_latest_are_kept_and_the_others_counted()
    {
        for (var time = 1; time <= Biography.MostMilestones; time++)
            _biography.Add(Event(time));
        Assert.Equal(0UL, _biography.Dropped);
        for (var time = 1; time <= 7; time++)
            _biography.Add(Event(Biography.MostMilestones + time));
        Assert.Equal((7UL, Biography.MostMilestones), (_biography.Dropped, _biography.Milestones.Count));
        Assert.Equal(8UL, Times()[0]);
    }

    [Fact]
    public void Birth_and_death_are_known_whatever_was_dropped()
    {
        var birth = new Born(1, 7, EventKind.Vfork, 3);
        _biography.Add(birth);
        for (var time = 2; time <= Biography.MostMilestones + 7; time++)
            _biography.Add(Event(time));
        var death = new Died(9999, 7, 0, 9998, null);
        _biography.Add(death);
        Assert.Equal((birth, death), (_biography.Birth, _biography.Death));
        Assert.DoesNotContain(birth, _biography.Milestones);
    }

    [Fact]
    public void Nothing_follows_a_death()
    {
        _biography.Add(Event(5));
        _biography.Add(new Died(7, 7, 0, 6, null));
        _biography.Add(new ThreadEnded(11, 8, 0));
        _biography.Add(new ThreadEnded(6, 9, 0));
        Assert.Equal([5UL, 6UL, 11UL, 7UL], Times());
    }

    private static Renamed Event(int time) => new((ulong)time, 7, "", "");

    private List<ulong> Times() => [.. _biography.Milestones.Select(milestone => milestone.Time)];
}
