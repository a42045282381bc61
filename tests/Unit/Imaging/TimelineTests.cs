using ProcImage.Abi;
using ProcImage.Imaging;

namespace ProcImage.Tests.Unit.Imaging;

public class TimelineTests
{
    private const int Most = 101;
    private const ulong Start = 7_000_000_007;
    private readonly Timeline _timeline = new(Most);

    [Fact]
    public void Slices_are_numbered_as_they_come_with_times_since_the_start()
    {
        _timeline.Add(Record(1, begin: 11, end: 13), Start);
        _timeline.Add(Record(2, begin: 17, end: 19), Start);
        Assert.Equal([(11UL, 13UL), (17UL, 19UL)], After(0).Slices.Select(slice => (slice.Begin, slice.End)));
        Assert.Equal(2UL, _timeline.Count);
    }

    [Fact]
    public void A_reader_goes_on_behind_what_it_has()
    {
        Add(23);
        Assert.Equal((18UL, 6), (After(17).First, After(17).Slices.Count));
        Assert.Empty(After(23).Slices);
    }

    [Fact]
    public void What_falls_off_is_seen_by_the_number_of_the_first()
    {
        Add(Most + 29);
        Assert.Equal((30UL, Most), (After(0).First, After(0).Slices.Count));
        Assert.Equal(30UL, After(0).Slices[0].Begin);
    }

    [Fact]
    public void A_number_that_is_missing_is_a_gap_of_that_thread()
    {
        _timeline.Add(Record(5), Start);
        _timeline.Add(Record(3, tid: 43), Start);
        _timeline.Add(Record(9), Start);
        _timeline.Add(Record(4, tid: 43), Start);
        Assert.Equal([0, 0, 3, 0], After(0).Slices.Select(slice => (int)slice.Missing));
        Assert.Equal(3UL, _timeline.Missing);
    }

    [Fact]
    public void A_thread_that_gets_the_tid_of_one_that_is_gone_begins_anew()
    {
        _timeline.Add(Record(5, why: SliceEnd.Exited), Start);
        _timeline.Add(Record(1), Start);
        Assert.Equal(0UL, _timeline.Missing);
    }

    [Fact]
    public void It_is_over_when_its_life_is_shown_no_more_and_not_before_that_was_met()
    {
        Assert.All(Enumerable.Range(0, 9), _ => Assert.False(_timeline.IsOver(isShown: false)));
        Assert.False(_timeline.IsOver(isShown: true));
        Assert.True(_timeline.IsOver(isShown: false));
    }

    private static SliceRecord Record(
        uint number, ulong begin = 0, ulong end = 0, int tid = 42, SliceEnd why = SliceEnd.Sleeping) =>
        new() { Begin = Start + begin, End = Start + end, Tid = tid, Why = (ushort)why };

    private void Add(uint count)
    {
        for (uint number = 1; number <= count; number++)
            _timeline.Add(Record(number, begin: number, end: number), Start);
    }

    private (ulong First, List<Slice> Slices) After(ulong number)
    {
        var room = new Slice[2 * Most];
        var (first, length) = _timeline.CopyAfter(number, room);
        return (first, [.. room[..length]]);
    }
}
