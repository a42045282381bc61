namespace ProcImage.Tests.Kernel.Harness;

/// <summary>The highest value of every series that may only grow: counters, histograms and longest delays.</summary>
public sealed class Growth
{
    private readonly Dictionary<string, Series> _highest = [];

    public IReadOnlyCollection<Series> Highest => _highest.Values;

    /// <summary>None may be lower than ever before, not by a nanosecond.</summary>
    public void Check(Metrics metrics, string when)
    {
        foreach (var series in metrics.All.Where(series => MustGrow(metrics, series)))
            Check(series, when);
    }

    // The loader's own series, which begin with 'process', begin anew with it.
    private static bool MustGrow(Metrics metrics, Series series)
    {
        if (!series.Name.StartsWith("proc_image_", StringComparison.Ordinal))
            return false;
        if (series.Name.EndsWith("_max_seconds", StringComparison.Ordinal))
            return true;
        string family = series.Name;
        foreach (string suffix in new[] { "_bucket", "_count", "_sum" })
        {
            if (series.Name.EndsWith(suffix, StringComparison.Ordinal) && !metrics.Types.ContainsKey(family))
                family = series.Name[..^suffix.Length];
        }

        return metrics.Types[family] is "counter" or "histogram";
    }

    private void Check(Series series, string when)
    {
        if (_highest.TryGetValue(series.Key, out var highest))
        {
            if (highest.Text == series.Text)
                return;
            Assert.True(series.Value >= highest.Value,
                $"{when}: {series.Key} steps back from {highest.Text} to {series.Text}");
        }

        _highest[series.Key] = series;
    }
}
