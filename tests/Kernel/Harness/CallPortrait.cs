using System.Text.Json;

namespace ProcImage.Tests.Kernel.Harness;

/// <summary>The system calls of one portrait, as JSON has them.</summary>
public sealed class CallPortrait(JsonElement portrait)
{
    private JsonElement Syscall => portrait.GetProperty("syscall");

    public bool IsComplete => portrait.GetProperty("complete").GetBoolean();

    public bool IsDead => portrait.GetProperty("state").GetString() == "dead";

    public long Count => Syscall.GetProperty("calls").GetInt64();

    public long Errors => Syscall.GetProperty("errors").GetInt64();

    public JsonElement Latency => Syscall.GetProperty("latency");

    public JsonElement SystemLatency => Syscall.GetProperty("system_latency");

    /// <summary>Figures by name.</summary>
    public IReadOnlyDictionary<string, JsonElement> ByCall =>
        Syscall.GetProperty("by_call").EnumerateArray().ToDictionary(call => call.GetProperty("name").GetString()!);

    public IReadOnlyDictionary<string, long> Counts => ByCall.ToDictionary(call => call.Key, call => call.Value.GetProperty("count").GetInt64());

    /// <summary>Of each thread, what it is in and what it has called last.</summary>
    public IReadOnlyDictionary<int, JsonElement> Threads =>
        Syscall.GetProperty("threads").EnumerateArray().ToDictionary(thread => thread.GetProperty("tid").GetInt32());

    public IReadOnlyList<JsonElement> AtDeath => [.. Syscall.GetProperty("at_death").EnumerateArray()];

    public long CountOf(string call) => Counts.GetValueOrDefault(call);

    public long Number(string call, string figure) => ByCall[call].GetProperty(figure).GetInt64();

    /// <summary>How often a call has failed so; 0 where it has not.</summary>
    public long Failed(string call, string errno) =>
        ByCall[call].GetProperty("errnos").TryGetProperty(errno, out var count) ? count.GetInt64() : 0;

    /// <summary>The call that a thread is in; null where it is in none.</summary>
    public string? Inside(int tid) =>
        Threads[tid].TryGetProperty("inside", out var inside) ? inside.GetProperty("name").GetString() : null;

    public IReadOnlyList<string> Sequence(int tid) =>
        [.. Threads[tid].GetProperty("sequence").EnumerateArray().Select(call => call.GetProperty("name").GetString()!)];

    public override string ToString() => Syscall.GetRawText();

    public static CallPortrait Of(Loader loader, int tgid) => All(loader).Single(portrait => portrait.Is(tgid)).InDetail(loader);

    public static CallPortrait OfThread(Loader loader, int tid) =>
        All(loader, threads: true).Single(portrait => portrait.Tid == tid).InDetail(loader);

    public static CallPortrait AwaitDeath(Loader loader, int tgid)
    {
        Eventually.True(() => All(loader).Any(portrait => portrait.Is(tgid) && portrait.IsDead), $"{tgid} is dead");
        return Of(loader, tgid);
    }

    /// <summary>Of every process that is shown with system calls, without what only one alone has.</summary>
    public static IReadOnlyList<CallPortrait> All(Loader loader, bool threads = false) =>
    [
        .. loader.GetJson("/api/v1/processes").GetProperty("processes").EnumerateArray()
            .Where(process => process.TryGetProperty("tid", out _) == threads && process.TryGetProperty("syscall", out _))
            .Select(process => new CallPortrait(process)),
    ];

    public CallPortrait InDetail(Loader loader) => new(loader.GetJson(
        $"/api/v1/processes/{portrait.GetProperty("tgid").GetInt32()}-{portrait.GetProperty("start_id").GetString()}{(Tid == 0 ? "" : $"-{Tid}")}"));

    private int Tid => portrait.TryGetProperty("tid", out var tid) ? tid.GetInt32() : 0;

    private bool Is(int tgid) => portrait.GetProperty("tgid").GetInt32() == tgid;
}
