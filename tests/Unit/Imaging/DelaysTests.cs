using ProcImage.Abi;
using ProcImage.Imaging;

namespace ProcImage.Tests.Unit.Imaging;

public class DelaysTests
{
    private readonly Delays _delays = new();

    [Fact]
    public void They_are_those_of_the_reading()
    {
        _delays.Advance(Records.Waits(3000, 5_000_000), 17);
        Assert.Equal(5_003_000UL, _delays.Stats.Sum);
        Assert.Equal(3000UL, _delays.Stats.Min);
        Assert.Equal(5_000_000UL, _delays.Stats.Max);
        Assert.Equal(2UL, _delays.Stats.Count);
        Assert.Equal(17UL, _delays.Since);
    }

    [Fact]
    public void A_reading_that_misses_a_thread_takes_nothing_back()
    {
        _delays.Advance(Records.Waits(100, 3000, 5_000_000), 17);
        var before = _delays.Stats;
        _delays.Advance(Records.Waits(3000), 17);
        AssertNoStepBack(before, _delays.Stats);
        Assert.Equal(before.Sum, _delays.Stats.Sum);
        Assert.Equal(100UL, _delays.Stats.Min);
    }

    [Fact]
    public void They_grow_where_a_reading_has_more()
    {
        _delays.Advance(Records.Waits(3000), 17);
        _delays.Advance(Records.Waits(3000, 100, 7_000_000), 17);
        Assert.Equal(7_003_100UL, _delays.Stats.Sum);
        Assert.Equal(100UL, _delays.Stats.Min);
        Assert.Equal(7_000_000UL, _delays.Stats.Max);
    }

    [Fact]
    public void The_minimum_of_a_reading_without_waits_means_nothing()
    {
        _delays.Advance(default, 17);
        _delays.Advance(Records.Waits(3000), 17);
        Assert.Equal(3000UL, _delays.Stats.Min);
        _delays.Advance(default, 17);
        Assert.Equal(3000UL, _delays.Stats.Min);
    }

    [Fact]
    public void A_later_activation_begins_anew()
    {
        _delays.Advance(Records.Waits(100, 3000, 5_000_000), 17);
        _delays.Advance(Records.Waits(4000), 19);
        Assert.Equal((4000UL, 4000UL, 4000UL), (_delays.Stats.Sum, _delays.Stats.Min, _delays.Stats.Max));
        Assert.Equal(1UL, _delays.Stats.Count);
        Assert.Equal(19UL, _delays.Since);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    public void Over_readings_that_miss_now_this_now_that_thread_nothing_steps_back(int seed)
    {
        var random = new Random(seed);
        var threads = new Histogram[7];
        for (var reading = 0; reading < 503; reading++)
        {
            var stats = default(Histogram);
            foreach (ref var thread in threads.AsSpan())
            {
                thread = Histogram.Add(thread, Records.Waits((ulong)random.NextInt64(1L << random.Next(36))));
                if (random.Next(3) > 0)
                    stats = Histogram.Add(stats, thread);
            }

            var before = _delays.Stats;
            _delays.Advance(stats, 17);
            AssertNoStepBack(before, _delays.Stats);
        }
    }

    private static void AssertNoStepBack(in Histogram before, in Histogram after)
    {
        Assert.True(after.Sum >= before.Sum);
        Assert.True(after.Max >= before.Max);
        Assert.True(after.Count >= before.Count);
        for (var i = 0; i < Limits.HistogramBuckets; i++)
            Assert.True(after.Buckets[i] >= before.Buckets[i]);
        if (before.Count > 0)
            Assert.True(after.Min <= before.Min);
    }
}
