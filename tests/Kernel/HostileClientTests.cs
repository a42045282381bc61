namespace ProcImage.Tests.Kernel;

/// <summary>
/// Clients that mean ill get an error or are dropped, soon; meanwhile who scrapes is answered within a second, and in
/// the end nothing of them is left.
/// </summary>
public sealed class HostileClientTests(ITestOutputHelper log, HostileClientTests.LargeLoader shared)
    : KernelTest(log, shared), IClassFixture<HostileClientTests.LargeLoader>
{
    private const string Host = "Host: localhost\r\n";
    private const string Close = "Connection: close\r\n";
    private const string Scrape = "GET /metrics HTTP/1.1\r\n" + Host + "\r\n";
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(15);

    // Where so many come at once that the kernel's queue is full, it accepts some only when it asks again: after 1, 3, 7
    // or 15 s.
    private static readonly TimeSpan _untilAccepted = TimeSpan.FromSeconds(30);

    private static readonly (string What, string Request)[] _bad =
    [
        ("no HTTP", "hello\r\n\r\n"),
        ("nothing but line ends", string.Concat(Enumerable.Repeat("\r\n", 5000))),
        ("bytes", "\0\u0001\u00ff\u00fe\r\n\r\n"),
        ("TLS", "\u0016\u0003\u0001\u0002\0\u0001\0\u0001\u00fc\u0003\u0003" + new string('x', 200)),
        ("HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u0004\0\0\0\0\0"),
        ("HTTP/9", "GET / HTTP/9.9\r\n" + Host + "\r\n"),
        ("HTTP/0.9", "GET /metrics\r\n"),
        ("no Host", "GET /metrics HTTP/1.1\r\n\r\n"),
        ("two Hosts", "GET /metrics HTTP/1.1\r\n" + Host + Host + "\r\n"),
        ("foreign Host", "GET /metrics HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"),
        ("Host with NUL", "GET /metrics HTTP/1.1\r\nHost: local\0host\r\n\r\n"),
        ("empty Host", "GET /metrics HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n"),
        ("long line", "GET /" + new string('a', 1 << 20) + " HTTP/1.1\r\n" + Host + "\r\n"),
        ("long header", "GET / HTTP/1.1\r\n" + Host + "A: " + new string('a', 1 << 20) + "\r\n\r\n"),
        ("many headers", "GET / HTTP/1.1\r\n" + Host + string.Concat(Enumerable.Repeat("A: b\r\n", 5000)) + "\r\n"),
        ("header without colon", "GET / HTTP/1.1\r\n" + Host + "nonsense\r\n\r\n"),
        ("header with NUL", "GET / HTTP/1.1\r\n" + Host + "A: b\0c\r\n\r\n"),
        ("folded header", "GET / HTTP/1.1\r\n" + Host + "A: b\r\n c\r\n\r\n"),
        ("bare CR", "GET / HTTP/1.1\r" + Host + "\r\r"),
        ("CR in the target", "GET /a\rb HTTP/1.1\r\n" + Host + Close + "\r\n"),
        ("NUL in the target", "GET /metrics\0 HTTP/1.1\r\n" + Host + "\r\n"),
        ("encoded NUL", "GET /%00 HTTP/1.1\r\n" + Host + Close + "\r\n"),
        ("POST", "POST /metrics HTTP/1.1\r\n" + Host + Close + "Content-Length: 3\r\n\r\nabc"),
        ("PUT", "PUT / HTTP/1.1\r\n" + Host + Close + "\r\n"),
        ("DELETE", "DELETE /metrics HTTP/1.1\r\n" + Host + Close + "\r\n"),
        ("TRACE", "TRACE / HTTP/1.1\r\n" + Host + Close + "\r\n"),
        ("OPTIONS", "OPTIONS * HTTP/1.1\r\n" + Host + Close + "\r\n"),
        ("CONNECT", "CONNECT localhost:22 HTTP/1.1\r\n" + Host + Close + "\r\n"),
        ("another absolute target", "GET http://evil.example/metrics HTTP/1.1\r\n" + Host + Close + "\r\n"),
        ("traversal", "GET /../../../../etc/passwd HTTP/1.1\r\n" + Host + Close + "\r\n"),
        ("encoded traversal", "GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\n" + Host + Close + "\r\n"),
        ("traversal in a life", "GET /api/v1/processes/..%2f..%2fetc HTTP/1.1\r\n" + Host + Close + "\r\n"),
        ("a huge body to come", "GET /nowhere HTTP/1.1\r\n" + Host + "Content-Length: 99999999999\r\n\r\nabc"),
        ("a negative body", "GET / HTTP/1.1\r\n" + Host + "Content-Length: -1\r\n\r\n"),
        ("two lengths", "GET / HTTP/1.1\r\n" + Host + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab"),
        ("bad chunks", "POST / HTTP/1.1\r\n" + Host + "Transfer-Encoding: chunked\r\n\r\nzz\r\n"),
        ("both lengths",
            "POST / HTTP/1.1\r\n" + Host + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        ("half a line", "GET /met"),
        ("half a header", "GET /metrics HTTP/1.1\r\nHos"),
        ("nothing", ""),
    ];

    [Fact]
    public void A_bad_request_is_an_error_or_a_drop()
    {
        using var scraper = new Scraper(Loader);
        var clients = Array.ConvertAll(_bad, _ => Own(new RawHttp(Loader.Port)));
        foreach (var (client, bad) in clients.Zip(_bad))
            client.Send(bad.Request);
        foreach (var (client, (what, _)) in clients.Zip(_bad))
        {
            string answer = client.ReadToEnd(_limit);
            int status = RawHttp.Status(answer);
            Assert.True(status is 0 or (>= 400 and <= 599), $"{what}: {answer}");
            Assert.DoesNotContain("root:", answer, StringComparison.Ordinal);
        }

        AssertUnharmed(scraper);
    }

    [Theory]
    [InlineData("HEAD", "")]
    [InlineData("GET", "Accept-Encoding: ;;,gzip;q=x, ,*;q=9,,\r\n")]
    [InlineData("GET", "Accept-Encoding: gzip;q=0\r\n")]
    [InlineData("GET", "Accept: ;;,text/plain;q=NaN,*/*;;\r\n")]
    [InlineData("GET", "Range: bytes=0-1,-1,99999999999999999999-\r\n")]
    [InlineData("GET", "If-None-Match: *\r\n")]
    public void What_is_nonsense_in_a_header_costs_only_its_own_meaning(string method, string header)
    {
        using var client = new RawHttp(Loader.Port);
        client.Send($"{method} /metrics HTTP/1.1\r\n{Host}Connection: close\r\n{header}\r\n");
        string answer = client.ReadToEnd(_limit);
        Assert.Equal(200, RawHttp.Status(answer));
        Assert.DoesNotContain("Content-Encoding", answer, StringComparison.Ordinal);
        Assert.Equal(method == "GET", answer.Contains("# TYPE", StringComparison.Ordinal));
    }

    [Fact]
    public void An_absolute_target_with_the_own_name_is_answered()
    {
        using var client = new RawHttp(Loader.Port);
        client.Send("GET http://localhost/metrics HTTP/1.1\r\n" + Host + Close + "\r\n");
        Assert.Equal(200, RawHttp.Status(client.ReadToEnd(_limit)));
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("GET /met", 0)]
    [InlineData("GET /metrics HTTP/1.1\r\n" + Host + "X-Slow: ", 1000)]
    public void Hundreds_that_open_and_say_nothing_or_a_byte_a_second_keep_nobody_out(string beginning, int pause)
    {
        int sockets = Sockets();
        using var scraper = new Scraper(Loader);
        var clients = Enumerable.Range(0, 700).Select(_ => Own(new RawHttp(Loader.Port))).ToArray();
        foreach (var client in clients)
            client.Send(beginning);
        for (int second = 0; pause > 0 && second < 10; second++)
        {
            Thread.Sleep(pause);
            foreach (var client in clients)
                client.Send("x");
        }

        foreach (var client in clients)
            Assert.NotEqual(200, RawHttp.Status(client.ReadToEnd(_untilAccepted)));
        AssertUnharmed(scraper, sockets);
    }

    [Theory]
    [InlineData("GET /metrics HTTP/1.1\r\n" + Host + "\r\n")]
    [InlineData("GET /api/v1/processes HTTP/1.1\r\n" + Host + "\r\n")]
    public void Hundreds_that_ask_and_read_nothing_are_dropped(string request)
    {
        int sockets = Sockets();
        long resident = Resident();
        using var scraper = new Scraper(Loader);
        var clients = Enumerable.Range(0, 300)
            .Select(_ => Own(new RawHttp(Loader.Port, receiveBuffer: 4096))).ToArray();
        foreach (var client in clients)
            client.Send(string.Concat(Enumerable.Repeat(request, 100)));
        long most = Enumerable.Range(0, 50).Max(_ => Resident(after: 200));
        Log.WriteLine($"resident {resident} kB, {most} kB with {clients.Length} clients");
        Assert.InRange(most, 0, resident + 200_000);
        foreach (var client in clients)
            client.Dispose();
        AssertUnharmed(scraper, sockets);
    }

    [Fact]
    public void Who_goes_away_in_the_middle_leaves_nothing()
    {
        int sockets = Sockets();
        using var scraper = new Scraper(Loader);
        for (int i = 0; i < 300; i++)
        {
            using var client = new RawHttp(Loader.Port, receiveBuffer: 4096);
            client.Send(Scrape);
            if (i % 2 == 0)
                client.ReadSome();
        }

        AssertUnharmed(scraper, sockets);
    }

    [Fact]
    public void A_hundred_scrapes_at_once_are_answered_all()
    {
        using var scraper = new Scraper(Loader);
        var clients = Enumerable.Range(0, 100).Select(_ => Own(new RawHttp(Loader.Port))).ToArray();
        foreach (var client in clients)
            client.Send(Scrape.Replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n", StringComparison.Ordinal));
        Assert.All(clients, client => Assert.Equal(200, RawHttp.Status(client.ReadToEnd(_limit))));
        AssertUnharmed(scraper);
    }

    /// <summary>All processes are imaged: the answers are large.</summary>
    public sealed class LargeLoader : SharedLoader
    {
        public LargeLoader() => Loader.Control("-rS");
    }

    /// <summary>Of all descriptors these are the clients'; the runtime opens others when it needs them.</summary>
    private int Sockets() => Directory.GetFiles($"/proc/{Loader.Pid}/fd")
        .Count(file => new FileInfo(file).LinkTarget?.StartsWith("socket:", StringComparison.Ordinal) ?? false);

    /// <summary>In kB.</summary>
    private long Resident(int after = 0)
    {
        Thread.Sleep(after);
        return Proc.Status(Loader.Pid)["VmRSS"];
    }

    private void AssertUnharmed(Scraper scraper, int? before = null)
    {
        Log.WriteLine($"{scraper.Finish()}");
        if (before is { } sockets)
            Eventually.True(() => Sockets() <= sockets, $"the loader has as few connections as before, {sockets}");
        Assert.False(Loader.HasExited);
        Assert.Equal("", Loader.Errors);
    }
}
