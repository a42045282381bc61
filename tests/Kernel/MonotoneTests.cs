namespace ProcImage.Tests.Kernel;

public sealed class MonotoneTests(ITestOutputHelper log) : KernelTest(log)
{
    private const int Scrapes = 1000;
    private readonly Dictionary<string, Series> _highest = [];

    [Fact]
    public void No_series_ever_steps_back_while_threads_spin_come_and_go()
    {
        var spinners = Start("spinners", 60_000);
        var execs = Start("execs", 100_003);
        var storm = Own(Workload.StartWaitedFor("storm"));
        foreach (int pid in new[] { spinners.Pid, execs.Pid, storm.Pid })
            Loader.Control("-rS", "-P", $"{pid}");
        Loader.Control("-rS", "-p", $"{spinners.Pid}");
        Loader.Control("-rS");
        spinners.Begin();
        execs.Begin();
        storm.Begin();
        for (int scrape = 0; scrape < Scrapes; scrape++)
        {
            var metrics = Loader.Scrape();
            foreach (var series in metrics.All.Where(series => MustGrow(metrics, series)))
                AssertGrown(series, scrape);
            if (scrape == Scrapes / 2)
            {
                storm.AwaitDone();
                storm.AwaitReport();
            }
        }

        Log.WriteLine($"{_highest.Count} series");
        foreach (int pid in new[] { spinners.Pid, execs.Pid, storm.Pid })
            Assert.Contains(_highest.Values, series => series.Has("tgid", $"{pid}") && series.Value > 0);
    }

    private static bool MustGrow(Metrics metrics, Series series)
    {
        if (series.Labels.Count == 0 || series.Name.EndsWith("_max_seconds", StringComparison.Ordinal))
            return series.Labels.Count > 0;
        string family = series.Name;
        foreach (string suffix in new[] { "_bucket", "_count", "_sum" })
        {
            if (series.Name.EndsWith(suffix, StringComparison.Ordinal) && !metrics.Types.ContainsKey(family))
                family = series.Name[..^suffix.Length];
        }

        return metrics.Types[family] is "counter" or "histogram";
    }

    private void AssertGrown(Series series, int scrape)
    {
        if (_highest.TryGetValue(series.Key, out var highest))
        {
            if (highest.Text == series.Text)
                return;
            Assert.True(series.Value >= highest.Value,
                $"scrape {scrape}: {series.Key} steps back from {highest.Text} to {series.Text}");
        }

        _highest[series.Key] = series;
    }
}
