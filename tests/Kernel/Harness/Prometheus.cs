using System.Text.Json;

namespace ProcImage.Tests.Kernel.Harness;

/// <summary>A Prometheus with a directory and a port of its own, one job a loopback port.</summary>
public sealed class Prometheus : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("proc-image-prometheus-").FullName;
    private readonly Child _child;
    private readonly HttpClient _http;

    /// <summary>One that scrapes as often as it can.</summary>
    public Prometheus(params (string Job, int Port)[] targets)
        : this("scrape_interval: 300ms, scrape_timeout: 300ms", [], targets)
    {
    }

    /// <param name="global">What its configuration says for all jobs.</param>
    /// <param name="ruleFiles">Their paths.</param>
    /// <param name="targets">Name of the job, and loopback port.</param>
    public Prometheus(string global, string[] ruleFiles, params (string Job, int Port)[] targets)
    {
        string program = Requirements.Installed("prometheus", "prometheus");
        string config = Path.Combine(_directory, "prometheus.yml");
        File.WriteAllText(config, $"global: {{{global}}}\nrule_files: [{string.Join(", ", ruleFiles)}]\nscrape_configs:\n"
            + string.Concat(targets.Select(target =>
                $"- {{job_name: {target.Job}, static_configs: [{{targets: ['127.0.0.1:{target.Port}']}}]}}\n")));
        int port = Loopback.FreePort();
        _child = new Child(
            program,
            $"--config.file={config}",
            $"--storage.tsdb.path={Path.Combine(_directory, "data")}",
            $"--web.listen-address=127.0.0.1:{port}");
        _http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
    }

    public void AwaitResult(string query) =>
        Eventually.True(() => Results(query).Count == 1, () => $"{query}; {LastErrors()}");

    /// <summary>The one result of an instant query.</summary>
    public JsonElement Query(string query) => Assert.Single(Results(query));

    /// <summary>The results of an instant query; none while it is still starting, or where the query is wrong.</summary>
    public IReadOnlyList<JsonElement> Results(string query)
    {
        using var document = Get("/api/v1/query?query=" + Uri.EscapeDataString(query));
        return document is null
            ? []
            : [.. document.RootElement.GetProperty("data").GetProperty("result").EnumerateArray()
                .Select(result => result.Clone())];
    }

    /// <summary>When the samples of a series were taken that the query, a range, has: unix time.</summary>
    public static IEnumerable<double> Times(JsonElement result) =>
        result.GetProperty("values").EnumerateArray().Select(sample => sample[0].GetDouble());

    /// <summary>What went wrong at the last scrapes, or nothing.</summary>
    public string LastErrors()
    {
        using var document = Get("/api/v1/targets");
        return document is null ? "no answer" : string.Concat(
            document.RootElement.GetProperty("data").GetProperty("activeTargets").EnumerateArray()
                .Select(target => target.GetProperty("lastError").GetString()));
    }

    public void Dispose()
    {
        _child.Dispose();
        _http.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    // Null while it is still starting.
    private JsonDocument? Get(string path)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            using var response = _http.Send(request);
            return response.IsSuccessStatusCode ? JsonDocument.Parse(response.Content.ReadAsStream()) : null;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }
}
