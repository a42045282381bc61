using ProcImage.Abi;

namespace ProcImage.Tests.Unit.Imaging;

public class HistogramTests
{
    [Fact]
    public void The_count_is_the_sum_of_the_buckets()
    {
        var stats = default(Histogram);
        stats.Buckets[0] = 3;
        stats.Buckets[11] = 5;
        stats.Buckets[Limits.HistogramBuckets - 1] = 7;
        Assert.Equal(15UL, stats.Count);
    }

    [Fact]
    public void Both_together_have_the_waits_of_both()
    {
        var both = Histogram.Add(Records.Waits(100, 70_000), Records.Waits(300, 5_000_000));
        Assert.Equal(5_070_400UL, both.Sum);
        Assert.Equal(100UL, both.Min);
        Assert.Equal(5_000_000UL, both.Max);
        Assert.Equal(4UL, both.Count);
        Assert.Equal(2UL, both.Buckets[0]);
    }

    [Fact]
    public void The_minimum_of_a_side_without_waits_is_ignored()
    {
        var none = new Histogram { Min = 1 };
        var some = Records.Waits(3000);
        Assert.Equal(3000UL, Histogram.Add(none, some).Min);
        Assert.Equal(3000UL, Histogram.Add(some, none).Min);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(2048, 0)]
    [InlineData(2049, 1)]
    [InlineData(4096, 1)]
    [InlineData(17_179_869_184, 23)]
    [InlineData(17_179_869_185, 24)]
    [InlineData(ulong.MaxValue, 24)]
    public void A_value_that_equals_a_bound_belongs_below_it(ulong value, int bucket) =>
        Assert.Equal(bucket, Histogram.BucketOf(value));
}
