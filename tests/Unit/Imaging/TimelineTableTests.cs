using ProcImage.Abi;
using ProcImage.Imaging;

namespace ProcImage.Tests.Unit.Imaging;

public class TimelineTableTests
{
    private const int MostSlices = 1000;
    private const int MostRoom = 3000;
    private const int MostTimelines = 100;
    private readonly TimelineTable _table = new(MostSlices, MostRoom, MostTimelines);

    [Fact]
    public void A_slice_of_a_thread_that_is_a_target_as_its_process_is_goes_to_both()
    {
        _table.Add(Slices.One with { Tid = 43, ThreadStartId = Slices.Start + 5, Whose = EventFlag.OfProcess | EventFlag.OfThread });
        Assert.Equal(11UL, Assert.Single(After(new Subject(42, 0, Slices.Start))).Begin);
        Assert.Equal(6UL, Assert.Single(After(new Subject(42, 43, Slices.Start + 5))).Begin);
    }

    [Fact]
    public void One_that_was_forgotten_and_begins_again_is_another_one()
    {
        var subject = new Subject(42, 0, Slices.Start);
        _table.Add(Slices.One);
        var old = Place(subject);
        _table.Remove(subject);
        Assert.Equal((0, 0), (_table.Count, _table.Room));
        _table.Add(Slices.One);
        Assert.NotEqual(old, Place(subject));
        Assert.Single(After(subject, old));
    }

    /// <summary>Between two activations nothing was imaged: no slice of the second one follows on one of the first.</summary>
    [Fact]
    public void Another_activation_begins_another_timeline()
    {
        var subject = new Subject(42, 0, Slices.Start);
        _table.Add(Slices.One with { Since = Slices.Start });
        var old = Place(subject);
        _table.Add(Slices.At(100) with { Since = Slices.Start + 100 });
        _table.Add(Slices.At(200) with { Since = Slices.Start + 100 });
        Assert.Equal([100UL, 200UL], After(subject, old).Select(slice => slice.Begin));
    }

    /// <summary>A thread that is born while its process is activated has a beginning of its own.</summary>
    [Fact]
    public void A_beginning_within_what_has_come_is_that_of_the_same_timeline()
    {
        var subject = new Subject(42, 0, Slices.Start);
        _table.Add(Slices.At(100) with { Since = Slices.Start });
        _table.Add(Slices.At(102) with { Since = Slices.Start + 50 });
        _table.Add(Slices.At(104) with { Since = Slices.Start });
        Assert.Equal(3, After(subject).Count);
    }

    [Fact]
    public void At_the_bound_of_all_the_longest_give_up_their_older_half_and_the_short_ones_nothing()
    {
        Add(tgid: 1, count: 20);
        for (var tgid = 2; tgid < 7; tgid++)
        {
            Add(tgid, MostSlices);
            Assert.InRange(_table.Room, 0, MostRoom);
        }

        Assert.Equal(20, After(Life(1)).Count);
        foreach (var tgid in Enumerable.Range(2, 5))
        {
            var slices = After(Life(tgid));
            Assert.InRange(slices.Count, 1, MostSlices);
            Assert.Equal(MostSlices, (int)slices[^1].Number);
            Assert.Equal(MostSlices - slices.Count + 1, (int)slices[0].Number);
        }

        Assert.InRange(Enumerable.Range(2, 5).Sum(tgid => After(Life(tgid)).Count), MostRoom / 3, MostRoom);
    }

    [Fact]
    public void While_many_grow_at_once_the_bound_holds_and_each_keeps_its_latest()
    {
        for (ulong i = 1; i < 500; i++)
        {
            for (var tgid = 1; tgid <= MostTimelines; tgid++)
                _table.Add(Slices.Of(tgid, i));
            Assert.InRange(_table.Room, 0, MostRoom);
        }

        Assert.All(Enumerable.Range(1, MostTimelines), tgid => Assert.Equal(499UL, After(Life(tgid))[^1].Number));
    }

    [Fact]
    public void When_there_are_too_many_those_go_of_which_nobody_has_heard_for_the_longest()
    {
        for (var tgid = 1; tgid <= MostTimelines; tgid++)
            _table.Add(Slices.Of(tgid));
        _table.Add(Slices.Of(1, end: 2 * MostTimelines));
        for (var tgid = MostTimelines + 1; tgid <= MostTimelines + 3; tgid++)
            _table.Add(Slices.Of(tgid, end: 2 * MostTimelines));
        Assert.InRange(_table.Count, MostTimelines / 2, MostTimelines);
        Assert.Null(_table.Find(Life(2)));
        foreach (var tgid in new[] { 1, MostTimelines, MostTimelines + 1, MostTimelines + 3 })
            Assert.NotNull(_table.Find(Life(tgid)));
    }

    /// <summary>Else the longest could not give up enough.</summary>
    [Fact]
    public void The_shortest_of_all_timelines_fit_into_half_the_room() =>
        Assert.InRange(Timelines.MostTimelines * Timeline.LeastRoom, 0, Timelines.MostRoom / 2);

    private static Subject Life(int tgid) => new(tgid, 0, Slices.Start + (ulong)tgid);

    private void Add(int tgid, int count)
    {
        for (var i = 1; i <= count; i++)
            _table.Add(Slices.Of(tgid, (ulong)i));
    }

    private TimelinePlace Place(Subject subject) => _table.Find(subject)!.CopyAfter(default, new Slice[1]).Place;

    private List<Slice> After(Subject subject, TimelinePlace place = default)
    {
        var room = new Slice[MostSlices];
        return [.. room[.._table.Find(subject)!.CopyAfter(place, room).Length]];
    }
}
