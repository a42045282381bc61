using System.Text.RegularExpressions;

namespace ProcImage.Tests.Grafana;

/// <summary>What Prometheus's own tool says: of the rules, of what they do, and whether each query is PromQL.</summary>
public sealed partial class PromtoolTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("proc-image-promtool-").FullName;

    public static TheoryData<string> Alerts =>
        [.. Alert().Matches(File.ReadAllText(Shipped.Rules)).Select(match => match.Groups[1].Value)];

    [Fact]
    public void The_rules_are_right() => Promtool("check", "rules", Shipped.Rules).AssertDone();

    [Fact]
    public void The_scrape_configuration_is_right() =>
        Promtool("check", "config", Shipped.PathOf("prometheus/prometheus.yml")).AssertDone();

    [Fact]
    public void Each_series_of_the_rules_exists() =>
        Assert.All(SeriesOfRules().Matches(File.ReadAllText(Shipped.Rules)), match =>
            Assert.True(SeriesCatalog.Has(match.Value), $"no series {match.Value}"));

    /// <summary>An alert without a test of its bounds fails this.</summary>
    [Theory]
    [MemberData(nameof(Alerts))]
    public void It_fires_from_its_bound_on(string alert) => TestRules(alert, File.ReadAllText(Shipped.Rules)).AssertDone();

    [Theory]
    [InlineData("ProcessCpuHeavy", "irate > 0.8", "irate >= 0.8")]
    [InlineData("ProcessCpuHeavy", "ratio > 0.5", "ratio >= 0.5")]
    [InlineData("ProcessCpuHeavy", "deriv > 17895697", "deriv > 19895697")]
    [InlineData("ProcessCpuHeavy", "max_over_time(program:proc_image_written_bytes:irate[1m])", "program:proc_image_written_bytes:irate")]
    [InlineData("ProcessMemoryHeavy", "ratio > 0.1\n            or", "ratio >= 0.1\n            or")]
    [InlineData("ProcessMemoryHeavy", "predicted > 0.1", "predicted > 0.2")]
    [InlineData("ProcessMemoryHeavy", "proc_image_process_exit_time_seconds)", "proc_image_process_threads)")]
    [InlineData("ProgramWriteHeavy", "irate > 1048576\n        labels", "irate >= 1048576\n        labels")]
    [InlineData("ProgramReadHeavy", "irate > 16777216\n        labels", "irate >= 16777216\n        labels")]
    [InlineData("ProgramReadHeavy", "and proc_image_process_read_bytes_total", "")]
    [InlineData("ProcessWaitsFarAboveSystem", "(10 * instance", "(9 * instance")]
    [InlineData("ProcessWaitsFarAboveSystem", "irate > 0.005", "irate > 0.004")]
    [InlineData("ProcImageLoses", "(increase(proc_image_losses_total[5m]))", "(proc_image_losses_total)")]
    public void A_bound_that_is_moved_is_found(string alert, string old, string by)
    {
        string rules = File.ReadAllText(Shipped.Rules);
        Assert.Contains(old, rules, StringComparison.Ordinal);
        TestRules(alert, rules.Replace(old, by, StringComparison.Ordinal)).AssertComplains("FAILED");
    }

    [Theory]
    [InlineData("overview")]
    [InlineData("portrait")]
    public void Each_query_is_PromQL(string dashboard) =>
        Parse(Shipped.Dashboard(dashboard).Queries().Select(query => query.Expression)).AssertDone();

    [Theory]
    [InlineData("sum by (le (proc_image_policies)")]
    [InlineData("rate(proc_image_policies)")]
    [InlineData("histogram_quantil(0.5, proc_image_policies)")]
    public void A_query_that_is_not_is_found(string query) => Parse(["proc_image_policies", query]).AssertComplains("could not parse");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private Ran TestRules(string alert, string rules)
    {
        string test = alert + ".test.yml";
        File.WriteAllText(Path.Combine(_directory, "rules.yml"), rules);
        File.Copy(Path.Combine(Shipped.Root, "tests", "Grafana", "rules", test), Path.Combine(_directory, test));
        return Promtool("test", "rules", test);
    }

    // As rules: promtool has no other way to parse an expression.
    private Ran Parse(IEnumerable<string> queries)
    {
        var rules = queries.Select((query, i) =>
            $"  - record: query{i}\n    expr: '{query.Replace("$__rate_interval", "1m").Replace("'", "''")}'\n");
        string path = Path.Combine(_directory, "queries.yml");
        File.WriteAllText(path, "groups:\n- name: queries\n  rules:\n" + string.Concat(rules));
        return Promtool("check", "rules", path);
    }

    private Ran Promtool(params string[] arguments) => Tool.Run(_directory, "promtool", arguments);

    [GeneratedRegex(@"- alert: (\w+)")]
    private static partial Regex Alert();

    [GeneratedRegex(@"(?<![:\w])proc_image_\w{2,}(?!\w|:)(?<!rules)")]
    private static partial Regex SeriesOfRules();
}
