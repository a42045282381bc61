using ProcImage.Metrics;

namespace ProcImage.Tests.Grafana;

/// <summary>The series that there are, as Prometheus names them, with their labels.</summary>
public static class SeriesCatalog
{
    private static readonly string[] _ofEveryTarget = ["job", "instance"];

    private static readonly Dictionary<string, HashSet<string>> _labels = Catalog.All
        .SelectMany(family => family.Type == MetricType.Histogram
            ? new[]
            {
                (Name: family.Name + "_bucket", Labels: family.Labels.Append("le")),
                (Name: family.Name + "_sum", Labels: family.Labels),
                (Name: family.Name + "_count", Labels: family.Labels),
            }
            : [(family.Name, family.Labels)])
        .ToDictionary(each => each.Name, each => each.Labels.Concat(_ofEveryTarget).ToHashSet());

    public static bool Has(string metric) => _labels.ContainsKey(metric);

    /// <summary>None of a series that there is not.</summary>
    public static IReadOnlySet<string> Labels(string metric) =>
        _labels.TryGetValue(metric, out var labels) ? labels : new HashSet<string>();

    /// <summary>It only grows: as it is, it says nothing.</summary>
    public static bool IsCounter(string metric) => Has(metric) && Catalog.All.Any(family =>
        (family.Type == MetricType.Counter && family.Name == metric)
        || (family.Type == MetricType.Histogram && metric.StartsWith(family.Name + "_", StringComparison.Ordinal)));
}
