namespace ProcImage.Tests.Kernel;

/// <summary>What /metrics answers, to those who read it by the letter.</summary>
public sealed class ExpositionTests(ITestOutputHelper log) : KernelTest(log)
{
    private const string OpenMetrics = "application/openmetrics-text; version=1.0.0";

    [Fact]
    public void Promtool_has_nothing_to_say()
    {
        ActivateBadNameAndOthers();
        string promtool = Requirements.Installed("promtool", "prometheus");
        var answer = Loader.Get("/metrics", "text/plain;version=0.0.4");
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", answer.ContentType);
        var check = Ran.WithInput(answer.Text, promtool, "check", "metrics");
        Assert.Equal((0, "", ""), (check.Status, check.Output, check.Error));
    }

    [Fact]
    public void Openmetrics_is_answered_to_those_who_accept_it()
    {
        ActivateBadNameAndOthers();
        var answer = Loader.Get("/metrics", OpenMetrics + ",text/plain;q=0.5");
        Assert.Equal(OpenMetrics + "; charset=utf-8", answer.ContentType);
        Assert.EndsWith("\n# EOF\n", answer.Text, StringComparison.Ordinal);
        Assert.Contains("# TYPE proc_image_process_cpu_seconds counter\n", answer.Text, StringComparison.Ordinal);
        Assert.Contains("proc_image_sched_delay_seconds_created{", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Gzip_is_answered_to_those_who_accept_it()
    {
        using var handler = new HttpClientHandler { AutomaticDecompression = System.Net.DecompressionMethods.None };
        using var http = new HttpClient(handler);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{Loader.Port}/metrics");
        request.Headers.Add("Accept-Encoding", "gzip");
        using var response = http.Send(request);
        Assert.Equal(["gzip"], response.Content.Headers.ContentEncoding);
        using var gzip = new System.IO.Compression.GZipStream(
            response.Content.ReadAsStream(), System.IO.Compression.CompressionMode.Decompress);
        using var reader = new StreamReader(gzip);
        Assert.True(Metrics.Parse(reader.ReadToEnd()).Has("proc_image_build_info"));
    }

    [Fact]
    public void A_name_that_is_no_text_is_shown_as_far_as_it_is()
    {
        var bad = Start("badname");
        Loader.Control("-rS", "-P", $"{bad.Pid}");
        var info = Loader.Scrape().Of(bad.Pid).One("proc_image_process_info");
        Assert.Equal("\uFFFD\"\n", info.Labels["comm"]);
        Loader.GetJson("/api/v1/processes");
        Assert.DoesNotContain("\uFFFD\"\n", Loader.Control("--status"), StringComparison.Ordinal);
        Loader.Status();
    }

    private void ActivateBadNameAndOthers()
    {
        var bad = Start("badname");
        var hogs = Start("hogs", 3, -1, 101);
        Loader.Control("-rS", "-s10", "-P", $"{bad.Pid}");
        Loader.Control("-rS", "-s10", "-P", $"{hogs.Pid}");
        Loader.Control("-rS", "-s10", "-p", $"{hogs.Pid}");
        Loader.Control("-rS", "-s10");
        hogs.Go();
    }
}
