using System.Globalization;
using System.Text.RegularExpressions;
using ProcImage.Abi;
using ProcImage.Metrics;
using ProcImage.Tests.Unit.Imaging;

namespace ProcImage.Tests.Unit.Metrics;

public partial class HistogramTests
{
    private static readonly MetricFamily _family = new("wait_seconds", MetricType.Histogram, ["tgid"], "Waits.");
    private static readonly Histogram _stats = Records.Waits(100, 2048, 2049, 5_000_000, ulong.MaxValue / 2);

    [Fact]
    public void Bounds_are_powers_of_two_nanoseconds_in_seconds()
    {
        var bounds = Buckets("").Select(bucket => bucket.Bound).ToArray();
        Assert.Equal("+Inf", bounds[^1]);
        Assert.Equal(
            Enumerable.Range(11, 24).Select(log2 => (1L << log2) / 1_000_000_000m),
            bounds[..^1].Select(bound => decimal.Parse(bound, CultureInfo.InvariantCulture)));
    }

    [Fact]
    public void Buckets_are_cumulative_and_a_value_that_equals_a_bound_is_below_it()
    {
        var counts = Buckets("").Select(bucket => bucket.Count).ToArray();
        Assert.Equal(counts.Order(), counts);
        Assert.Equal((2UL, 3UL, 4UL, 5UL), (counts[0], counts[1], counts[^2], counts[^1]));
    }

    [Fact]
    public void The_last_bucket_equals_the_count()
    {
        var text = Write("", allBuckets: true);
        Assert.Contains("wait_seconds_bucket{le=\"+Inf\"} 5\n", text, StringComparison.Ordinal);
        Assert.Contains("wait_seconds_count 5\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_sum_is_exact() =>
        Assert.Contains($"wait_seconds_sum {Exposition.Seconds(_stats.Sum)}\n", Write("", allBuckets: true), StringComparison.Ordinal);

    [Fact]
    public void Who_is_not_named_has_the_last_bucket_alone() => Assert.Equal(
        """
        # HELP wait_seconds Waits.
        # TYPE wait_seconds histogram
        wait_seconds_bucket{tgid="7",le="+Inf"} 2
        wait_seconds_sum{tgid="7"} 0.000005
        wait_seconds_count{tgid="7"} 2

        """,
        Written.AsText(x =>
        {
            x.Begin(_family);
            x.Histogram(Exposition.Label("tgid", "7"), Records.Waits(2000, 3000), allBuckets: false);
        }));

    [Fact]
    public void Labels_stand_before_the_bound() =>
        Assert.Equal(25, Write("tgid=\"7\"", allBuckets: true).Split("wait_seconds_bucket{tgid=\"7\",le=\"").Length - 1);

    private static IEnumerable<(string Bound, ulong Count)> Buckets(string labels) =>
        BucketLine().Matches(Write(labels, allBuckets: true))
            .Select(line => (line.Groups[1].Value, ulong.Parse(line.Groups[2].Value, CultureInfo.InvariantCulture)));

    private static string Write(string labels, bool allBuckets) => Written.AsText(x =>
    {
        x.Begin(_family);
        x.Histogram(labels, _stats, allBuckets);
    });

    [GeneratedRegex("^wait_seconds_bucket\\{le=\"(.+)\"\\} ([0-9]+)$", RegexOptions.Multiline)]
    private static partial Regex BucketLine();
}
