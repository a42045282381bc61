using System.Globalization;
using System.Text.Json;

namespace ProcImage.Tests.Kernel.Harness;

/// <summary>A time on a CPU, as the timeline tells it; times in ns since the start of the life.</summary>
public sealed record Slice(
    long Begin, long End, long Ran, long Wait, int Tid, int Cpu, string Why, long Missing, int WakerTid, string Waker);

/// <summary>The timeline of a life, as a browser would read it.</summary>
public sealed class SliceReader : IDisposable
{
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(30);
    private readonly HttpClient _http = new() { Timeout = _limit };
    private readonly StreamReader _reader;

    /// <param name="loader">Who tells it.</param>
    /// <param name="life">Whose.</param>
    /// <param name="lastId">As a browser sends it that has lost its connection; null at first.</param>
    public SliceReader(Loader loader, Life life, string? lastId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{loader.Port}{life.Address}/timeline");
        if (lastId is not null)
            request.Headers.Add("Last-Event-ID", lastId);
        Response = _http.Send(request, HttpCompletionOption.ResponseHeadersRead);
        _reader = new StreamReader(Response.Content.ReadAsStream());
    }

    public HttpResponseMessage Response { get; }

    public List<Slice> Slices { get; } = [];

    /// <summary>How many had fallen off before they could be told, for each gap.</summary>
    public List<long> FellOff { get; } = [];

    /// <summary>Of the last one.</summary>
    public string LastId { get; private set; } = "";

    /// <summary>Which timeline it is.</summary>
    public string Began => LastId.Split('-')[0];

    /// <summary>The number of the last one; 0 before the first.</summary>
    public long Last => LastId.Length == 0 ? 0 : long.Parse(LastId.Split('-')[1], CultureInfo.InvariantCulture);

    /// <summary>All that there were by the last one.</summary>
    public long Total => Slices.Count + Missing + FellOff.Sum();

    public long Missing => Slices.Sum(slice => slice.Missing);

    /// <summary>Until so many have been told, or the life is over.</summary>
    public SliceReader ReadTo(int count = int.MaxValue)
    {
        string name = "";
        while (Slices.Count < count && _reader.ReadLine() is { } line && line != "event: end")
        {
            if (line.StartsWith("event: ", StringComparison.Ordinal))
                name = line["event: ".Length..];
            else if (line.StartsWith("id: ", StringComparison.Ordinal))
                LastId = line["id: ".Length..];
            else if (line.StartsWith("data: ", StringComparison.Ordinal))
                Take(name, JsonDocument.Parse(line["data: ".Length..]).RootElement);
        }

        return this;
    }

    public void Dispose()
    {
        _reader.Dispose();
        Response.Dispose();
        _http.Dispose();
    }

    private void Take(string name, JsonElement data)
    {
        if (name == "gap")
            FellOff.Add(data.GetProperty("fell_off").GetInt64());
        else
            Slices.AddRange(data.EnumerateArray().Select(Parse));
    }

    private static Slice Parse(JsonElement slice) => new(
        slice[0].GetInt64(), slice[1].GetInt64(), slice[2].GetInt64(), slice[3].GetInt64(),
        slice[4].GetInt32(), slice[5].GetInt32(), slice[6].GetString()!, slice[7].GetInt64(),
        slice[8].GetInt32(), slice[9].GetString()!);
}
