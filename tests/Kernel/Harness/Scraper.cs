using System.Diagnostics;
using System.Globalization;

namespace ProcImage.Tests.Kernel.Harness;

/// <summary>Scrapes ten times a second, each time over a new connection, whatever else goes on.</summary>
public sealed class Scraper : IDisposable
{
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(100);
    private readonly ManualResetEventSlim _finished = new();
    private readonly List<string> _failures = [];
    private readonly Loader _loader;
    private readonly Thread _thread;
    private int _count;
    private TimeSpan _slowest;

    public Scraper(Loader loader)
    {
        _loader = loader;
        _thread = new Thread(Scrape);
        _thread.Start();
    }

    /// <summary>Each scrape was answered in full, and in time.</summary>
    /// <returns>How many there were, and the slowest of them.</returns>
    public (int Count, TimeSpan Slowest) Finish()
    {
        Dispose();
        Assert.Empty(_failures);
        Assert.True(_slowest < Limit(), $"the slowest scrape of {_count} took {_slowest}");
        Assert.True(_count > 0, "nothing was scraped");
        return (_count, _slowest);
    }

    /// <summary>A second, where nobody else has the machine at work: then no limit would be the scrape's own.</summary>
    private static TimeSpan Limit()
    {
        string load = File.ReadAllText("/proc/loadavg").Split(' ')[0];
        return TimeSpan.FromSeconds(
            double.Parse(load, CultureInfo.InvariantCulture) > 2 * Environment.ProcessorCount ? 10 : 1);
    }

    public void Dispose()
    {
        _finished.Set();
        if (_thread.IsAlive)
            _thread.Join();
    }

    private void Scrape()
    {
        do
        {
            var watch = Stopwatch.StartNew();
            try
            {
                using var client = new RawHttp(_loader.Port);
                client.Send("GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
                string answer = client.ReadToEnd(TimeSpan.FromSeconds(20));
                if (RawHttp.Status(answer) != 200
                    || !answer.Contains("\nproc_image_scrape_collector_success", StringComparison.Ordinal))
                    _failures.Add($"{answer.Length} characters: {answer[..Math.Min(200, answer.Length)]}");
            }
            catch (Exception failure) when (failure is TimeoutException or System.Net.Sockets.SocketException)
            {
                _failures.Add(failure.Message);
            }

            _count++;
            _slowest = watch.Elapsed > _slowest ? watch.Elapsed : _slowest;
        }
        while (!_finished.Wait(_pause));
    }
}
