using System.Net;

namespace ProcImage.Tests.Kernel.Harness;

/// <summary>Hands /metrics on as text 0.0.4, to a Prometheus that would always choose OpenMetrics.</summary>
public sealed class TextRelay : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly HttpClient _http = new();
    private readonly Thread _thread;

    public TextRelay(int target)
    {
        Port = Loopback.FreePort();
        _listener.Prefixes.Add($"http://127.0.0.1:{Port}/");
        _listener.Start();
        _http.DefaultRequestHeaders.Add("Accept", "text/plain;version=0.0.4");
        _thread = new Thread(() => Serve($"http://127.0.0.1:{target}/metrics"));
        _thread.Start();
    }

    public int Port { get; }

    public void Dispose()
    {
        _listener.Stop();
        _thread.Join();
        _listener.Close();
        _http.Dispose();
    }

    private void Serve(string address)
    {
        while (true)
        {
            HttpListenerContext context;
            try
            {
                context = _listener.GetContext();
            }
            catch (Exception stopped) when (stopped is HttpListenerException or ObjectDisposedException)
            {
                return; // Dispose has ended it.
            }

            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, address);
                using var response = _http.Send(request);
                context.Response.StatusCode = (int)response.StatusCode;
                context.Response.ContentType = response.Content.Headers.ContentType!.ToString();
                response.Content.ReadAsStream().CopyTo(context.Response.OutputStream);
                context.Response.Close();
            }
            catch (HttpListenerException)
            {
                // A scrape that came to its time limit has gone; the next one comes.
            }
        }
    }
}
