using System.Runtime.CompilerServices;
using ProcImage.Abi;
using ProcImage.Imaging;

namespace ProcImage.Tests.Unit.Imaging;

public class TimelineTests
{
    private const int Most = 101;
    private const ulong Began = 9_000_000_011;
    private readonly Timeline _timeline = new(Slices.Start, Slices.Start, Began, Most, []);

    [Fact]
    public void Slices_are_numbered_as_they_come_with_times_since_the_start()
    {
        _timeline.Add(Slices.At(11));
        _timeline.Add(Slices.At(17));
        Assert.Equal([(1UL, 11UL, 12UL), (2UL, 17UL, 18UL)], After(0).Slices.Select(slice => (slice.Number, slice.Begin, slice.End)));
        Assert.Equal(new TimelinePlace(Began, 2), After(0).Batch.Place);
    }

    [Fact]
    public void A_slice_says_who_has_woken_the_thread_up()
    {
        _timeline.Add(Slices.One with { WokenBy = WakerKind.Thread, Waker = 4243, WakerComm = Records.Name("io-thread") });
        var slice = Assert.Single(After(0).Slices);
        Assert.Equal((WakerKind.Thread, 4243, "io-thread"), (slice.WokenBy, slice.Waker, slice.WakerComm.ToString()));
    }

    /// <summary>The bounds are made for it: 144 MB are two millions.</summary>
    [Fact]
    public void A_slice_takes_72_bytes_and_refers_to_nothing()
    {
        Assert.Equal(144_000_000, Timelines.MostRoom * Unsafe.SizeOf<Slice>());
        Assert.False(RuntimeHelpers.IsReferenceOrContainsReferences<Slice>());
    }

    [Fact]
    public void A_reader_goes_on_behind_what_it_has()
    {
        Add(23);
        var (batch, slices) = After(17);
        Assert.Equal((6, 0UL), (batch.Length, batch.FellOff));
        Assert.Equal(18UL, slices[0].Number);
        Assert.Empty(After(23).Slices);
        Assert.Equal(new TimelinePlace(Began, 23), After(23).Batch.Place);
    }

    [Fact]
    public void Who_has_little_room_gets_the_rest_the_next_time()
    {
        Add(Most);
        var room = new Slice[7];
        var batch = _timeline.CopyAfter(default, room);
        Assert.Equal((7, new TimelinePlace(Began, 7)), (batch.Length, batch.Place));
        Assert.Equal(8UL, After(batch.Place.Number).Slices[0].Number);
    }

    [Fact]
    public void What_falls_off_is_counted()
    {
        Add(Most + 29);
        var (batch, slices) = After(0);
        Assert.Equal((Most, 29UL, new TimelinePlace(Began, 29)), (batch.Length, batch.FellOff, batch.Gap));
        Assert.Equal(29UL, slices[0].Begin);
        Assert.Equal(12UL, After(17).Batch.FellOff);
        Assert.Equal(0UL, After(29).Batch.FellOff);
    }

    /// <summary>However much a reader gets: with what fell off and what is missing it makes up all that there was.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(50)]
    [InlineData(Most)]
    [InlineData(3 * Most)]
    [InlineData(7 * Most + 5)]
    public void Slices_missing_ones_and_those_that_fell_off_are_all_there_were(int told)
    {
        var lost = new Random(1009);
        for (var i = 0; i < told; i++)
            _timeline.Add(Slices.At((ulong)i, missing: lost.Next(4) == 0 ? (uint)lost.Next(100) : 0));
        for (var halved = 0; halved < 2; halved++)
        {
            foreach (var from in After(0).Slices.Select(slice => slice.Number).Prepend(0UL))
            {
                var (batch, slices) = After(from);
                Assert.Equal(
                    _timeline.Count - from,
                    batch.FellOff + (ulong)batch.Length + (ulong)slices.Sum(slice => slice.Missing));
                Assert.Equal(from + batch.FellOff, batch.Gap.Number);
            }

            _timeline.Halve();
        }
    }

    [Fact]
    public void Halved_it_keeps_the_younger_half_in_half_the_memory_and_grows_again()
    {
        Add(Most);
        _timeline.Halve();
        Assert.Equal(51UL, After(0).Slices[0].Number);
        Assert.Equal(64, _timeline.Room);
        Add(1000);
        Assert.Equal(Most, After(0).Batch.Length);
        Assert.Equal(Most, _timeline.Room);
    }

    /// <summary>However many pieces its memory has.</summary>
    [Fact]
    public void Of_many_the_latest_are_kept_in_order()
    {
        const int many = 2 * Timeline.ChunkSize + 503;
        var timeline = new Timeline(Slices.Start, Slices.Start, Began, many, []);
        ulong told = 0;
        foreach (var (more, kept) in new[] { (1009, 1009), (1500, 2509), (7919, many) })
        {
            for (var end = told + (ulong)more; told < end; told++)
                timeline.Add(Slices.At(told));
            AssertLatest(kept);
        }

        timeline.Halve();
        AssertLatest(many - many / 2);
        timeline.Add(Slices.At(told++));
        AssertLatest(many - many / 2 + 1);

        void AssertLatest(int kept)
        {
            var room = new Slice[2 * many];
            Assert.Equal(kept, timeline.CopyAfter(default, room).Length);
            Assert.Equal(Enumerable.Range((int)told - kept, kept), room[..kept].Select(slice => (int)slice.Begin));
            Assert.InRange(timeline.Room, kept, Math.Min(many, kept + Timeline.ChunkSize));
        }
    }

    [Fact]
    public void What_one_gives_up_another_one_uses()
    {
        var spare = new Stack<Slice[]>();
        var (one, other) = (New(), New());
        for (ulong i = 0; i < 4 * Timeline.ChunkSize; i++)
            one.Add(Slices.At(i));
        one.Halve();
        Assert.Equal(4, spare.Count);
        for (ulong i = 0; i < 3 * Timeline.ChunkSize; i++)
            other.Add(Slices.At(i));
        Assert.Single(spare);
        one.GiveUp();
        other.GiveUp();
        Assert.Equal((6, 6), (spare.Count, spare.Distinct().Count()));

        Timeline New() => new(Slices.Start, Slices.Start, Began, 10 * Timeline.ChunkSize, spare);
    }

    [Fact]
    public void Halved_to_the_last_it_keeps_that_one()
    {
        Add(Most);
        for (var i = 0; i < 20; i++)
            _timeline.Halve();
        Assert.Equal(Most, (int)Assert.Single(After(0).Slices).Number);
        Add(2);
        Assert.Equal(3, After(0).Batch.Length);
    }

    [Theory]
    [InlineData(Began - 1, 17)]
    [InlineData(Began + 1, 17)]
    [InlineData(0, 17)]
    [InlineData(Began, 24)]
    [InlineData(Began, ulong.MaxValue)]
    public void A_place_in_another_timeline_or_beyond_the_end_of_this_one_is_its_beginning(ulong began, ulong number)
    {
        Add(23);
        var (batch, slices) = After(number, began);
        Assert.Equal((23, 0UL), (batch.Length, batch.FellOff));
        Assert.Equal(1UL, slices[0].Number);
    }

    [Fact]
    public void A_number_that_was_lost_is_a_place_too()
    {
        _timeline.Add(Slices.At(1));
        _timeline.Add(Slices.At(2, missing: 5));
        var batch = After(3).Batch;
        Assert.Equal((1, 0UL, 7UL), (batch.Length, batch.FellOff, batch.Place.Number));
    }

    private void Add(ulong count)
    {
        for (ulong i = 0; i < count; i++)
            _timeline.Add(Slices.At(i));
    }

    private (SliceBatch Batch, List<Slice> Slices) After(ulong number, ulong began = Began)
    {
        var room = new Slice[2 * Most];
        var batch = _timeline.CopyAfter(new TimelinePlace(began, number), room);
        return (batch, [.. room[..batch.Length]]);
    }
}
