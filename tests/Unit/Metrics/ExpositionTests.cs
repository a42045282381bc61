using ProcImage.Metrics;

namespace ProcImage.Tests.Unit.Metrics;

public class ExpositionTests
{
    private static readonly MetricFamily _read = new("disk_read_bytes_total", MetricType.Counter, ["disk"], "Bytes read.\nFrom \\dev.");
    private static readonly MetricFamily _cpu = new("cpu_seconds_total", MetricType.Counter, [], "CPU time.");
    private static readonly MetricFamily _load = new("load_ratio", MetricType.Gauge, [], "Load.");

    [Fact]
    public void The_text_format_names_the_family_of_a_counter_in_full() => Assert.Equal(
        """
        # HELP disk_read_bytes_total Bytes read.\nFrom \\dev.
        # TYPE disk_read_bytes_total counter
        disk_read_bytes_total{disk="a"} 18446744073709551615
        # HELP cpu_seconds_total CPU time.
        # TYPE cpu_seconds_total counter
        cpu_seconds_total 0.000000001
        # HELP load_ratio Load.
        # TYPE load_ratio gauge
        load_ratio 0.25

        """,
        Written.AsText(Write));

    [Fact]
    public void OpenMetrics_names_it_without_total_says_since_when_it_counts_and_has_an_end() => Assert.Equal(
        """
        # HELP disk_read_bytes Bytes read.\nFrom \\dev.
        # TYPE disk_read_bytes counter
        disk_read_bytes_total{disk="a"} 18446744073709551615
        disk_read_bytes_created{disk="a"} 1700000000.000000001
        # HELP cpu_seconds CPU time.
        # TYPE cpu_seconds counter
        cpu_seconds_total 0.000000001
        # HELP load_ratio Load.
        # TYPE load_ratio gauge
        load_ratio 0.25
        # EOF

        """,
        Written.AsOpenMetrics(Write));

    [Fact]
    public void Each_line_of_a_value_counts_as_a_series()
    {
        var series = 0;
        Written.AsOpenMetrics(x =>
        {
            Write(x);
            series = x.Series;
        });
        Assert.Equal(4, series);
    }

    [Theory]
    [InlineData(0, "0")]
    [InlineData(1, "0.000000001")]
    [InlineData(2048, "0.000002048")]
    [InlineData(100_000_000, "0.1")]
    [InlineData(1_000_000_000, "1")]
    [InlineData(10_000_000_000, "10")]
    [InlineData(1_000_000_001, "1.000000001")]
    [InlineData(9_007_199_254_740_993, "9007199.254740993")]
    [InlineData(ulong.MaxValue, "18446744073.709551615")]
    public void Seconds_are_exact_to_the_nanosecond(ulong nanoseconds, string seconds)
    {
        Assert.Equal(seconds, Exposition.Seconds(nanoseconds));
        Assert.EndsWith($"\ncpu_seconds_total {seconds}\n", Written.AsText(x =>
        {
            x.Begin(_cpu);
            x.Nanoseconds("", nanoseconds);
        }), StringComparison.Ordinal);
    }

    private static void Write(Exposition x)
    {
        x.Begin(_read);
        x.Number(Exposition.Label("disk", "a"), ulong.MaxValue);
        x.Created(Exposition.Label("disk", "a"), 1_700_000_000_000_000_001);
        x.Begin(_cpu);
        x.Nanoseconds("", 1);
        x.Begin(_load);
        x.Number("", 0.25);
        x.Finish();
    }
}
