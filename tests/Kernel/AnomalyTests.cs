using System.Globalization;
using System.Text;
using System.Text.Json;

namespace ProcImage.Tests.Kernel;

/// <summary>The classic anomalies, with the rules that are shipped: each fires its own alert, soon, and no other.</summary>
public sealed class AnomalyTests : KernelTest
{
    private const int ScrapeSeconds = 2;
    private const int Scrapes = 2;
    private const string IdleShell = "bash";

    private static readonly string[] _alerts =
        ["ProcessCpuHeavy", "ProcessMemoryHeavy", "ProgramWriteHeavy", "ProgramReadHeavy"];

    private readonly RealDirectory _directory;
    private readonly Prometheus _prometheus;

    public AnomalyTests(ITestOutputHelper log)
        : base(log)
    {
        _directory = Own(new RealDirectory());
        string rules = Path.Combine(Repository.Root, "grafana", "prometheus", "rules.yml");
        _prometheus = Own(new Prometheus(
            $"scrape_interval: {ScrapeSeconds}s, scrape_timeout: {ScrapeSeconds}s, evaluation_interval: 1s",
            [rules],
            ("proc_image", Loader.Port)));
    }

    /// <summary>The alert, what a shell does, and by which program, and how many of it, one sees that it has begun.</summary>
    private (string Alert, string Command, string Program, int Processes)[] Anomalies =>
    [
        ("ProcessCpuHeavy", "stress-ng --quiet -c 1", "stress-ng-cpu", 1),
        ("ProcessMemoryHeavy", "stress-ng --quiet --vm 1 --vm-bytes 4G --vm-keep", "stress-ng-vm", 2),
        ("ProgramWriteHeavy", $"stress-ng --quiet --iomix 1 --iomix-bytes 512M --temp-path {_directory.Path}", "stress-ng-iomix", 10),
        ("ProgramReadHeavy", $"while dd if={LargeFile} iflag=direct of=/dev/null bs=1M 2>/dev/null; do :; done", "dd", 1),
    ];

    private string LargeFile => Path.Combine(_directory.Path, "large");

    [Fact]
    public void Each_anomaly_fires_its_own_alert_within_two_scrapes_and_no_other()
    {
        Requirements.Installed("stress-ng", "stress-ng");
        Ran.With("dd", "if=/dev/zero", $"of={LargeFile}", "bs=1M", "count=512", "conv=fsync").AssertDone();
        _prometheus.AwaitResult("up");
        var idle = Own(new Shell(IdleShell));
        Loader.Control("-rS", "--follow", "-P", $"{idle.Pid}");
        var faults = new List<string>();
        var rows = Anomalies.Select(anomaly => Row(anomaly, faults)).ToList();
        rows.Add(Row("none", "an idle shell, all the time", FirstFirings(IdleShell, 0), 0, faults));
        Log.WriteLine($"{"",-72}{string.Concat(_alerts.Select(alert => $"{alert,-22}"))}");
        rows.ForEach(Log.WriteLine);
        Assert.Empty(faults);
    }

    private string Row((string Alert, string Command, string Program, int Processes) anomaly, List<string> faults)
    {
        Eventually.True(() => _prometheus.Results("ALERTS").Count == 0, "the last alert has ended");
        double onset;
        Dictionary<string, double> firings;
        using (var shell = new Shell("dash"))
        {
            Loader.Control("-rS", "--follow", "-P", $"{shell.Pid}");
            shell.Say(anomaly.Command);
            Eventually.True(() => shell.Started(anomaly.Program) >= anomaly.Processes, anomaly.Program);
            onset = Now();
            Thread.Sleep(TimeSpan.FromSeconds((ScrapeSeconds * (Scrapes + 2)) + 1));
            firings = FirstFirings($"{anomaly.Program}|stress-ng|dash", onset);
            Loader.Control("-d", "-P", $"{shell.Pid}");
        }

        string what = anomaly.Command.Replace(_directory.Path, "DIR").Split(" 2>")[0];
        return Row(anomaly.Alert, what, firings, onset, faults);
    }

    private string Row(
        string expected, string what, Dictionary<string, double> firings, double onset, List<string> faults)
    {
        var row = new StringBuilder($"{what,-72}");
        foreach (string alert in _alerts)
        {
            if (!firings.TryGetValue(alert, out double fired))
            {
                row.Append($"{"-",-22}");
                if (alert == expected)
                    faults.Add($"{what}: no {alert}");
                continue;
            }

            int scrapes = ScrapesBetween(onset, fired);
            row.Append(CultureInfo.InvariantCulture, $"{$"scrape {scrapes}, {fired - onset:f1} s",-22}");
            if (alert != expected || scrapes > Scrapes)
                faults.Add($"{what}: {alert} at scrape {scrapes}");
        }

        return row.ToString();
    }

    // By alert, of what these programs have done since.
    private Dictionary<string, double> FirstFirings(string programs, double since)
    {
        return _prometheus.Results($"ALERTS{{alertstate=\"firing\",comm=~\"{programs}\"}}[5m]")
            .SelectMany(result => Prometheus.Times(result).Select(time => (Alert: Name(result), Time: time)))
            .Where(firing => firing.Time >= since)
            .GroupBy(firing => firing.Alert)
            .ToDictionary(group => group.Key, group => group.Min(firing => firing.Time));
    }

    private int ScrapesBetween(double begin, double end) =>
        Prometheus.Times(_prometheus.Query("up[5m]")).Count(time => time > begin && time <= end);

    private static string Name(JsonElement result) =>
        result.GetProperty("metric").GetProperty("alertname").GetString()!;

    private static double Now() => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1000.0;
}
