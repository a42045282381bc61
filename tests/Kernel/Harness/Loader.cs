using System.Net;
using System.Text.Json;

namespace ProcImage.Tests.Kernel.Harness;

/// <summary>A running proc_image with pins and a port of its own.</summary>
public sealed class Loader : IDisposable
{
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(20);
    private static int _started;
    private readonly Child _child;
    private readonly HttpClient _http;

    private Loader(string directory, string[] wrapper, string[] options)
    {
        Requirements.Root();
        Directory = directory;
        Port = Loopback.FreePort();
        string[] command =
        [
            "env", "--default-signal", // whoever runs the tests may ignore SIGINT, as shells do for what runs behind
            .. wrapper,
            Requirements.Built("proc_image"), .. options.Length == 0 ? ["-a"] : options,
            "--listen", $"127.0.0.1:{Port}", "--bpffs", Directory,
        ];
        _child = new Child(command[0], command[1..]);
        _http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{Port}"), Timeout = _limit };
    }

    public string Directory { get; }

    public int Port { get; }

    public int Pid => _child.Pid;

    public bool HasExited => _child.HasExited;

    public string Errors => _child.Errors;

    public string TextIterator => Path.Combine(Directory, "iters", "text");

    /// <summary>A pin directory that nobody has used.</summary>
    public static string NewDirectory() =>
        $"/sys/fs/bpf/proc_image_test_{Environment.ProcessId}_{Interlocked.Increment(ref _started)}";

    public static Loader Start(params string[] options) => AwaitReady(new Loader(NewDirectory(), [], options));

    public static Loader StartOn(string directory, params string[] options) =>
        AwaitReady(new Loader(directory, [], options));

    /// <summary>Not ready yet.</summary>
    public static Loader StartingOn(string directory) => new(directory, [], []);

    /// <summary>By a command that becomes proc_image in the end.</summary>
    public static Loader StartBy(params string[] wrapper) => AwaitReady(new Loader(NewDirectory(), wrapper, []));

    public static Loader StartBy(string[] wrapper, string[] options) =>
        AwaitReady(new Loader(NewDirectory(), wrapper, options));

    /// <summary>The next line of its own that begins so.</summary>
    public string AwaitLine(string beginning)
    {
        while (true)
        {
            string line = _child.ReadLine(_limit);
            if (line.StartsWith(beginning, StringComparison.Ordinal))
                return line;
        }
    }

    /// <summary>Runs the controller on these pins.</summary>
    public Ran Controller(params string[] arguments) =>
        Ran.With(Requirements.Built("controller"), [.. arguments, "--bpffs", Directory]);

    /// <summary>Likewise, and it must do what it is told; returns what it answers.</summary>
    public string Control(params string[] arguments) => Controller(arguments).AssertDone().Output;

    public JsonElement Status() => JsonDocument.Parse(Control("--status", "--json")).RootElement;

    public Metrics Scrape() => Metrics.Parse(Get("/metrics"));

    public string Get(string path) => Get(path, "text/plain").Text;

    public Answer Get(string path, string accept)
    {
        using var response = Send(path, accept);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        using var body = new MemoryStream();
        response.Content.ReadAsStream().CopyTo(body);
        return new Answer($"{response.Content.Headers.ContentType}", body.ToArray());
    }

    /// <summary>Null where there is nothing.</summary>
    public string? TryGet(string path)
    {
        using var response = Send(path, "text/plain");
        if (response.StatusCode == HttpStatusCode.NotFound)
            return null;
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        using var reader = new StreamReader(response.Content.ReadAsStream());
        return reader.ReadToEnd();
    }

    public JsonElement GetJson(string path) => JsonDocument.Parse(Get(path, "application/json").Body).RootElement;

    public void Signal(int signal) => _child.Signal(signal);

    public int AwaitExit() => _child.AwaitExit(_limit);

    /// <summary>Ends it as a user does; nothing may be left.</summary>
    public void Stop()
    {
        Signal(Signals.Term);
        Assert.Equal(0, AwaitExit());
        AssertNothingPinned();
    }

    public void AssertNothingPinned() =>
        Assert.False(System.IO.Directory.Exists(Directory), $"{Directory} is still there");

    public bool IsReadyOrGone()
    {
        if (HasExited)
            return true;
        try
        {
            using var response = Send("/-/ready", "text/plain");
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    public void Dispose()
    {
        _child.Dispose();
        _http.Dispose();
        if (System.IO.Directory.Exists(Directory))
            Controller("-f");
    }

    private static Loader AwaitReady(Loader loader)
    {
        try
        {
            Eventually.True(loader.IsReadyOrGone, "proc_image is ready");
            Assert.False(loader.HasExited, $"proc_image has ended: {loader.Errors}");
            return loader;
        }
        catch
        {
            loader.Dispose();
            throw;
        }
    }

    private HttpResponseMessage Send(string path, string accept)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Accept", accept);
        return _http.Send(request);
    }
}
