using System.Text;
using ProcImage.Tests.Fuzz;

namespace ProcImage.Tests.Kernel;

/// <summary>Requests that are bent, cut and mixed: the loader says nothing of it, and answers the next one.</summary>
public sealed class HttpFuzzTests(ITestOutputHelper log) : KernelTest(log)
{
    private static readonly string[] _parts =
    [
        "GET", "HEAD", "POST", "get", "PRI", " ", "  ", "\t", "/", "//", "/metrics", "/api/v1/processes",
        "/api/v1/processes/1-1", "/-/ready", "*", "http://localhost/metrics", "/%2e%2e/", "/%zz", "/?a=b&&=", "#", "\0",
        " HTTP/1.1", " HTTP/1.0", " HTTP/2.0", "\r\n", "\r\n\r\n", "\n", "\r", "Host: localhost", "Host: [::1", "Host:",
        "Connection: close", "Connection: keep-alive, upgrade", "Upgrade: h2c",
        "Content-Length: 5", "Content-Length: -5",
        "Transfer-Encoding: chunked", "Expect: 100-continue", "0\r\n\r\n", "ffffffffffffffff\r\n", "Accept: ;q=",
        "Accept: application/openmetrics-text;version=1.0.0", "Accept-Encoding: gzip", "Accept-Encoding: gzip;q=1e999",
        "Cookie: a", ":", ": :", "\u00ff\u00fe", "SM\r\n\r\n",
    ];

    private static readonly int[] _statuses = [200, 400, 403, 404, 405, 408, 411, 413, 414, 421, 426, 431, 501, 505];

    [Fact]
    public void The_loader_survives_every_request()
    {
        Loader.Control("-r");
        using var scraper = new Scraper(Loader);
        var open = new Queue<RawHttp>();
        int requests = Fuzzing.Run(random =>
        {
            var client = new RawHttp(Loader.Port, random.Chance(0.3) ? 4096 : null);
            open.Enqueue(client);
            client.Send(Request(random));
            if (random.Chance(0.2))
                client.Send(Request(random));
            // Some are dropped in the middle of the answer, some stay for a while and read nothing.
            if (random.Chance(0.3) || open.Count > 100)
            {
                using var oldest = open.Dequeue();
                AssertSound(oldest.ReadWhatCame());
            }
        });
        foreach (var client in open)
            client.Dispose();
        Log.WriteLine($"{requests} requests; scrapes: {scraper.Finish()}");
        Assert.Equal("", Loader.Errors);
    }

    /// <summary>HTTP or nothing at all; no failure of the server's own, and no word of its inside.</summary>
    private static void AssertSound(string answer)
    {
        if (answer.Length == 0)
            return;
        Assert.Contains(RawHttp.Status(answer), _statuses);
        Assert.DoesNotContain("Exception", answer, StringComparison.Ordinal);
    }

    private static byte[] Request(Random random)
    {
        var text = new StringBuilder(random.Chance(0.7) ? "GET /metrics HTTP/1.1\r\nHost: localhost\r\n" : "");
        for (int left = random.Next(12); left > 0; left--)
            text.Append(random.Pick(_parts)).Append(random.Chance(0.5) ? "\r\n" : "");
        if (random.Chance(0.05))
            text.Append('a', random.Next(200_000));
        text.Append(random.Chance(0.7) ? "\r\n\r\n" : "");
        byte[] bytes = Encoding.Latin1.GetBytes(text.ToString());
        for (int left = random.Chance(0.3) ? random.Next(4) : 0; left > 0 && bytes.Length > 0; left--)
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        return bytes;
    }
}
