using System.Net;
using System.Net.Sockets;

namespace ProcImage.Tests.Unit.Web;

public sealed class RequestGuardTests : IAsyncLifetime, IDisposable
{
    private readonly HttpClient _client = new();
    private GuardedServer _server = null!;

    public static TheoryData<string> OwnNames =>
        ["127.0.0.1", "127.0.0.1:19435", "localhost", "LocalHost:80", "[::1]:19435", "192.0.2.7", Environment.MachineName];

    public async Task InitializeAsync() => _server = await GuardedServer.OnLoopback();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    public void Dispose() => _client.Dispose();

    [Theory]
    [MemberData(nameof(OwnNames))]
    public async Task Who_asks_by_its_own_name_gets_in(string host)
    {
        using var answer = await Ask(HttpMethod.Get, host);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(GuardedServer.Inside, await answer.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("evil.example")]
    [InlineData("evil.example:19435")]
    [InlineData("localhost.evil.example")]
    [InlineData("127.0.0.1.evil.example")]
    [InlineData("notlocalhost")]
    public async Task A_name_that_was_bound_to_this_address_gets_nothing(string host)
    {
        using var answer = await Ask(HttpMethod.Get, host);
        Assert.Equal(HttpStatusCode.MisdirectedRequest, answer.StatusCode);
        Assert.DoesNotContain(GuardedServer.Inside, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("PUT")]
    [InlineData("PATCH")]
    [InlineData("DELETE")]
    [InlineData("OPTIONS")]
    [InlineData("PURGE")]
    public async Task It_is_read_only(string method)
    {
        using var answer = await Ask(new HttpMethod(method), "localhost");
        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.StatusCode);
        Assert.Equal("this server is read only\n", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Who_asks_for_the_head_alone_gets_in()
    {
        using var answer = await Ask(HttpMethod.Head, "localhost");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Theory]
    [InlineData("GET", "localhost")]
    [InlineData("GET", "evil.example")]
    [InlineData("POST", "localhost")]
    public async Task Every_answer_keeps_the_browser_from_running_or_keeping_what_is_not_ours(string method, string host)
    {
        using var answer = await Ask(new HttpMethod(method), host);
        var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
        Assert.Equal("no-referrer", Assert.Single(answer.Headers.GetValues("Referrer-Policy")));
        Assert.True(answer.Headers.CacheControl!.NoStore);
        Assert.False(answer.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task Through_a_unix_socket_any_name_will_do()
    {
        using var directory = new TemporaryDirectory();
        var path = Path.Combine(directory.Path, "socket");
        await using var server = await GuardedServer.OnSocket(path);
        using var client = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancel) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancel);
                return new NetworkStream(socket, ownsSocket: true);
            },
        });
        Assert.Equal(GuardedServer.Inside, await client.GetStringAsync("http://proc-image.example/"));
    }

    private async Task<HttpResponseMessage> Ask(HttpMethod method, string host)
    {
        using var request = new HttpRequestMessage(method, _server.Address);
        request.Headers.Host = host;
        return await _client.SendAsync(request);
    }
}
