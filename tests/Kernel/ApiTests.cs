using System.Net;
using System.Text.RegularExpressions;

namespace ProcImage.Tests.Kernel;

/// <summary>What else is served beside /metrics.</summary>
public sealed partial class ApiTests(ITestOutputHelper log, SharedLoader shared)
    : KernelTest(log, shared), IClassFixture<SharedLoader>
{
    [Fact]
    public void Processes_and_one_of_them_are_answered_as_json()
    {
        var naps = Start("naps", 1009);
        Loader.Control("-rS", "-P", $"{naps.Pid}");
        var before = Proc.ProcessSchedStat(naps.Pid);
        naps.Go();
        var expected = Proc.ProcessSchedStat(naps.Pid) - before;
        var listed = Assert.Single(
            Loader.GetJson("/api/v1/processes").GetProperty("processes").EnumerateArray(),
            process => process.GetProperty("tgid").GetInt32() == naps.Pid);
        string startId = Loader.Scrape().Of(naps.Pid).One("proc_image_process_info").Labels["start_id"];
        Assert.Equal(startId, listed.GetProperty("start_id").GetString());
        var one = Loader.GetJson($"/api/v1/processes/{naps.Pid}-{startId}");
        Assert.Equal(listed.GetRawText(), one.GetRawText());
        Assert.Equal("naps", one.GetProperty("comm").GetString());
        Assert.Equal(Workloads.PathOf("naps"), one.GetProperty("exe").GetString());
        Assert.Equal(["resource", "schedule"], one.GetProperty("images").EnumerateArray().Select(i => i.GetString()));
        Assert.Contains($":{expected.Delay}", one.GetProperty("schedule").GetRawText(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/api/v1/processes/1-1")]
    [InlineData("/api/v1/processes/x")]
    [InlineData("/nowhere")]
    public void What_is_not_there_is_not_found(string path) =>
        Assert.Equal(HttpStatusCode.NotFound, Ask(HttpMethod.Get, path));

    [Fact]
    public void Another_host_name_is_refused() =>
        Assert.InRange((int)Ask(HttpMethod.Get, "/metrics", "rebound.example"), 400, 499);

    [Fact]
    public void Nothing_can_be_written() => Assert.InRange((int)Ask(HttpMethod.Post, "/metrics"), 400, 499);

    [Fact]
    public void The_page_is_served_with_all_that_it_needs()
    {
        var page = Loader.Get("/", "text/html");
        Assert.StartsWith("text/html", page.ContentType, StringComparison.Ordinal);
        foreach (Match file in Files().Matches(page.Text))
            Assert.NotEmpty(Loader.Get("/" + file.Groups[1].Value));
    }

    [Theory]
    [InlineData("/-/healthy")]
    [InlineData("/-/ready")]
    public void Health_is_answered(string path) => Assert.NotEmpty(Loader.Get(path));

    private HttpStatusCode Ask(HttpMethod method, string path, string? host = null)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(method, $"http://127.0.0.1:{Loader.Port}{path}");
        request.Headers.Host = host;
        using var response = http.Send(request);
        return response.StatusCode;
    }

    [GeneratedRegex("(?:src|href)=\"([^\":]+)\"")]
    private static partial Regex Files();
}
