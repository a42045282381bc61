using System.Globalization;
using System.Text.Json;

namespace ProcImage.Tests.Kernel;

/// <summary>A real Prometheus reads both formats.</summary>
public sealed class PrometheusTests(ITestOutputHelper log) : KernelTest(log)
{
    [Fact]
    public void Prometheus_scrapes_both_formats_and_a_name_that_is_no_text_costs_nothing()
    {
        var bad = Start("badname");
        var naps = Start("naps", 1009);
        Loader.Control("-rS", "-s10", "-P", $"{bad.Pid}");
        Loader.Control("-rS", "-s10", "-P", $"{naps.Pid}");
        naps.Go();

        using var text = new TextRelay(Loader.Port);
        using var prometheus = new Prometheus(("openmetrics", Loader.Port), ("text", text.Port));
        foreach (string job in new[] { "openmetrics", "text" })
        {
            string selector = $"job=\"{job}\",tgid=\"{naps.Pid}\"";
            prometheus.AwaitResult($"proc_image_sched_delay_seconds_count{{{selector}}}");
            Assert.Equal("1", Value(prometheus.Query($"up{{job=\"{job}\"}}")));
            var expected = Loader.Scrape().Of(naps.Pid);
            Assert.Equal(
                expected.Value("proc_image_sched_delay_seconds_count"),
                Number(prometheus.Query($"proc_image_sched_delay_seconds_count{{{selector}}}")));
            Assert.Equal(
                expected.Value("proc_image_process_page_faults_total", ("kind", "minor")),
                Number(prometheus.Query($"proc_image_process_page_faults_total{{{selector},kind=\"minor\"}}")));
            var info = prometheus.Query($"proc_image_process_info{{job=\"{job}\",tgid=\"{bad.Pid}\"}}");
            Assert.Equal("\uFFFD\"\n", info.GetProperty("metric").GetProperty("comm").GetString());
        }

        Assert.Equal("", prometheus.LastErrors());
    }

    private static string Value(JsonElement result) => result.GetProperty("value")[1].GetString()!;

    private static decimal Number(JsonElement result) =>
        decimal.Parse(Value(result), CultureInfo.InvariantCulture);
}
