using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using ProcImage.Tests.Grafana;

namespace ProcImage.Tests.Kernel;

/// <summary>Every query of the dashboards, as Grafana would send it, has an answer of a real Prometheus.</summary>
public sealed class DashboardTests(ITestOutputHelper log) : KernelTest(log)
{
    private const string Job = "proc_image";
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(30);

    [Fact]
    public void Every_query_has_an_answer_and_the_variables_lead_to_the_process()
    {
        var works = Start("hogs", 2, -1, 8009);
        var dies = Start("hogs", 2, -1, 101);
        // Looks for what is not there, again and again.
        var fails = Own(new Child("sh", "-c", "while :; do [ -e /proc/nowhere ]; sleep 0.05; done"));
        var contends = Own(new Child(Workloads.PathOf("contends")));
        foreach (int process in new[] { works.Pid, dies.Pid, fails.Pid })
            Loader.Control("-rS", "-s20", "-k1", "-P", $"{process}");
        Loader.Control("-l", "-P", $"{contends.Pid}");
        var stuck = Start("deadlocks", "broken");
        Loader.Control("-l", "-P", $"{stuck.Pid}");
        Loader.Control("-rS", "-k1", "-p", $"{works.Pid}");
        Loader.Control("-r", "-p", "0", "-c", "0");
        Loader.Control("-rS");
        using var prometheus = new Prometheus((Job, Loader.Port));
        string life = $"proc_image_process_info{{tgid=\"{dies.Pid}\"}}";
        prometheus.AwaitResult(life);
        works.Begin();
        stuck.Go();
        prometheus.AwaitResult($"proc_image_lock_deadlock_time_seconds{{tgid=\"{stuck.Pid}\"}}");
        stuck.Go();
        prometheus.AwaitResult($"proc_image_lock_deadlock_end_time_seconds{{tgid=\"{stuck.Pid}\"}}");
        dies.Go();
        Thread.Sleep(TimeSpan.FromSeconds(1));
        Assert.Equal(0, dies.End());
        prometheus.AwaitResult($"proc_image_process_exit_time_seconds{{tgid=\"{dies.Pid}\"}}");
        var dead = prometheus.Query(life).GetProperty("metric");
        var alive = prometheus.Query($"proc_image_process_info{{tgid=\"{works.Pid}\"}}").GetProperty("metric");
        var failing = prometheus.Query($"proc_image_process_info{{tgid=\"{fails.Pid}\"}}").GetProperty("metric");
        var freed = prometheus.Query($"proc_image_process_info{{tgid=\"{stuck.Pid}\"}}").GetProperty("metric");
        var waiting = prometheus.Query($"proc_image_process_info{{tgid=\"{contends.Pid}\"}}").GetProperty("metric");

        int asked = 0;
        foreach (string name in new[] { "overview", "portrait" })
        {
            var dashboard = Read(name);
            foreach (var (place, expression) in dashboard.Queries())
            {
                string query = Substituted(
                    expression,
                    expression.Contains("_exit_", StringComparison.Ordinal) ? dead
                    : expression.Contains("_errors_", StringComparison.Ordinal) ? failing
                    : expression.Contains("_deadlock_", StringComparison.Ordinal) ? freed
                    : expression.Contains("_lock_", StringComparison.Ordinal) ? waiting
                    : alive);
                Assert.True(Eventually.Get(() => HasAnswer(prometheus, query), has => has), $"{place}: no answer to {query}");
                asked++;
            }

            CheckVariables(prometheus, dashboard, alive);
            CheckAnnotations(prometheus, dashboard, dead, freed);
        }

        Assert.False(HasAnswer(prometheus, "rate(proc_image_process_cpu_seconds_total{mode=\"users\"}[5s])"), "no such mode");
        Log.WriteLine($"{asked} queries answered");
        works.AwaitDone();
    }

    private static Dashboard Read(string name) =>
        Dashboard.Parse(File.ReadAllText(Path.Combine(Repository.Root, "grafana", "dashboards", name + ".json")));

    // A quantile of nothing is no answer either.
    private static bool HasAnswer(Prometheus prometheus, string query) =>
        prometheus.Results(query).Any(result => result.GetProperty("value")[1].GetString() != "NaN");

    /// <summary>As Grafana does, with a process chosen and everything else at 'All'.</summary>
    private static string Substituted(string expression, JsonElement of) => expression
        .Replace("$__rate_interval", "5s", StringComparison.Ordinal)
        .Replace("$process", of.GetProperty("start_id").GetString(), StringComparison.Ordinal)
        .Replace("$instance", ".+", StringComparison.Ordinal)
        .Replace("$job", ".+", StringComparison.Ordinal)
        .Replace("$comm", ".*", StringComparison.Ordinal);

    private static void CheckVariables(Prometheus prometheus, Dashboard dashboard, JsonElement of)
    {
        foreach (var variable in dashboard.Variables.Where(each => Dashboard.Text(each, "type") == "query"))
        {
            string name = Dashboard.Text(variable, "name");
            var query = VariableQuery.Parse(variable);
            var results = prometheus.Results(Substituted(query.Expression, of));
            if (name == "process")
                Assert.Contains(
                    (of.GetProperty("start_id").GetString()!, $"{of.GetProperty("comm")} ({of.GetProperty("tgid")})"),
                    results.Select(result => Choice(Dashboard.Text(variable, "regex"), result)));
            else
                Assert.Contains(
                    of.GetProperty(query.Label).GetString()!,
                    results.Select(result => result.GetProperty("metric").GetProperty(query.Label).GetString()!));
        }
    }

    // Grafana writes a result of query_result as '{label="value",...} value time', and applies the regex to that.
    private static (string Value, string Text) Choice(string regex, JsonElement result)
    {
        var labels = result.GetProperty("metric").EnumerateObject().Select(label => $"{label.Name}=\"{label.Value}\"");
        var match = Regex.Match($"{{{string.Join(',', labels)}}} 1 0", regex.Trim('/'));
        return (match.Groups["value"].Value, match.Groups["text"].Value);
    }

    /// <summary>Grafana takes the value for milliseconds.</summary>
    private static void CheckAnnotations(Prometheus prometheus, Dashboard dashboard, JsonElement dead, JsonElement freed)
    {
        foreach (var annotation in dashboard.Annotations)
        {
            string expression = Dashboard.Text(annotation, "expr");
            var result = prometheus.Query(Substituted(expression, expression.Contains("_deadlock_", StringComparison.Ordinal) ? freed : dead));
            double time = double.Parse(result.GetProperty("value")[1].GetString()!, CultureInfo.InvariantCulture);
            var age = DateTimeOffset.UtcNow - DateTimeOffset.FromUnixTimeMilliseconds((long)time);
            Assert.InRange(age, TimeSpan.Zero, _limit + _limit);
        }
    }
}
