namespace ProcImage.Metrics;

public enum MetricType
{
    Counter,
    Gauge,
    Histogram,
}

/// <summary>A family of series.</summary>
/// <param name="Name">With <c>_total</c> where it is a counter.</param>
/// <param name="Type">Counter, gauge or histogram.</param>
/// <param name="Labels">The labels of each series, in order, but <c>le</c>.</param>
/// <param name="Help">What it is, where it comes from, and since when it counts.</param>
public sealed record MetricFamily(string Name, MetricType Type, string[] Labels, string Help)
{
    private const string Total = "_total";

    /// <summary>As OpenMetrics names the family of a counter: without <c>_total</c>.</summary>
    public string BaseName => Type == MetricType.Counter && Name.EndsWith(Total, StringComparison.Ordinal)
        ? Name[..^Total.Length]
        : Name;
}
