using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using ProcImage.Imaging;
using ProcImage.Web;

namespace ProcImage.Tests.Unit.Web;

public sealed class TimelineStreamTests : IAsyncLifetime, IDisposable
{
    private static readonly TimeSpan _silence = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(10);
    private readonly HttpClient _http = new() { Timeout = _limit };
    private StreamServer _server = null!;

    public async Task InitializeAsync() => _server = await StreamServer.Start(_silence);

    public async Task DisposeAsync() => await _server.DisposeAsync();

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task When_nothing_happens_a_comment_is_sent()
    {
        using var reader = await Open();
        Assert.Equal([": begin", "", ":", "", ":"], await Read(reader, 5));
    }

    [Theory]
    [InlineData("18446744073709551615")]
    [InlineData("1-18446744073709551615")]
    [InlineData("-1")]
    [InlineData("99999999999999999999999999999999999999-1")]
    [InlineData("nonsense")]
    [InlineData("1009-7")]
    public async Task Whoever_names_no_place_in_this_timeline_gets_all_of_it(string lastId)
    {
        _server.Add(29);
        using var reader = await Open(lastId);
        Assert.Equal((29, "29"), await ReadSlices(reader));
    }

    [Fact]
    public async Task Whoever_comes_back_goes_on_where_it_was()
    {
        _server.Add(29);
        string id;
        using (var reader = await Open())
            id = (await Read(reader, 4))[^1]["id: ".Length..];
        _server.Add(5);
        using var next = await Open(id);
        Assert.Equal((5, "34"), await ReadSlices(next));
    }

    [Fact]
    public async Task At_the_end_the_last_look_is_told_too()
    {
        _server.Late = 7;
        _server.SlicesLost = 11;
        _server.State = LifeState.Over;
        using var reader = await Open();
        Assert.Equal((7, "7"), await ReadSlices(reader));
        var rest = await reader.ReadToEndAsync();
        Assert.EndsWith("event: end\ndata: {\"missing\":11}\n\n", rest, StringComparison.Ordinal);
    }

    [Fact]
    public async Task When_the_server_stops_the_streams_end_at_once()
    {
        using var reader = await Open();
        await Read(reader, 1);
        var watch = Stopwatch.StartNew();
        var stop = _server.Stop();
        Assert.DoesNotContain("event: end", await reader.ReadToEndAsync(), StringComparison.Ordinal);
        await stop;
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task Clients_that_have_vanished_without_a_word_lose_their_places()
    {
        var vanished = Enumerable.Range(0, TimelineStream.MostStreams).Select(_ => Connect()).ToList();
        Assert.All(vanished, socket => Assert.StartsWith("HTTP/1.1 200", ReadSome(socket), StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await Ask());
        vanished.ForEach(Deafen);
        var watch = Stopwatch.StartNew();
        while (await Ask() != HttpStatusCode.OK)
            Assert.InRange(watch.Elapsed, TimeSpan.Zero, _limit);
        vanished.ForEach(socket => socket.Dispose());
    }

    private static string ReadSome(Socket socket)
    {
        var bytes = new byte[4096];
        return Encoding.ASCII.GetString(bytes.AsSpan(0, socket.Receive(bytes)));
    }

    /// <summary>Drops whatever comes, so that nothing is acknowledged: as where a machine or its network is gone.</summary>
    private static unsafe void Deafen(Socket socket)
    {
        const int SolSocket = 1;
        const int SoAttachFilter = 26;
        var nothing = new BpfInstruction { Code = 6 }; // ret 0
        var program = new BpfProgram { Length = 1, Instructions = &nothing };
        socket.SetRawSocketOption(SolSocket, SoAttachFilter, MemoryMarshal.AsBytes(new ReadOnlySpan<BpfProgram>(in program)));
    }

    private static async Task<List<string>> Read(StreamReader reader, int lines)
    {
        List<string> all = [];
        while (all.Count < lines)
            all.Add(await reader.ReadLineAsync() ?? throw new EndOfStreamException(string.Join('\n', all)));
        return all;
    }

    /// <summary>Of the first batch: how many, and the number in its id.</summary>
    private static async Task<(int Count, string Number)> ReadSlices(StreamReader reader)
    {
        var lines = await Read(reader, 5);
        using var data = JsonDocument.Parse(lines[4]["data: ".Length..]);
        return (data.RootElement.GetArrayLength(), lines[3].Split('-')[^1]);
    }

    private async Task<StreamReader> Open(string? lastId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, _server.Address);
        if (lastId is not null)
            request.Headers.Add("Last-Event-ID", lastId);
        var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        return new StreamReader(await response.Content.ReadAsStreamAsync());
    }

    private async Task<HttpStatusCode> Ask()
    {
        using var response = await _http.GetAsync(_server.Address, HttpCompletionOption.ResponseHeadersRead);
        return response.StatusCode;
    }

    private Socket Connect()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Connect(IPAddress.Loopback, _server.Address.Port);
        socket.Send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"u8);
        return socket;
    }

    private struct BpfInstruction
    {
        public ushort Code;
        public byte True;
        public byte False;
        public uint Operand;
    }

    private unsafe struct BpfProgram
    {
        public ushort Length;
        public BpfInstruction* Instructions;
    }
}
