using System.Text.Json;

namespace ProcImage.Tests.Kernel.Harness;

/// <summary>The locks of a portrait, as JSON has them.</summary>
public sealed class LockedLife(JsonElement portrait)
{
    public JsonElement Json { get; } = portrait.GetProperty("lock");

    public bool IsComplete => portrait.GetProperty("complete").GetBoolean();

    public bool IsDead => portrait.GetProperty("state").GetString() == "dead";

    public long Waits => Json.GetProperty("waits").GetInt64();

    public IReadOnlyList<JsonElement> ByLock => [.. Json.GetProperty("by_lock").EnumerateArray()];

    /// <summary>Threads that wait now.</summary>
    public IReadOnlyList<JsonElement> Waiting => [.. Json.GetProperty("waiting").EnumerateArray()];

    public IReadOnlyList<JsonElement> Deadlocks => [.. Json.GetProperty("deadlocks").EnumerateArray()];

    public static LockedLife Of(Loader loader, int tgid) => Find(loader, life => life.GetProperty("tgid").GetInt32() == tgid && !life.TryGetProperty("tid", out _));

    public static LockedLife OfThread(Loader loader, int tid) => Find(loader, life => life.TryGetProperty("tid", out var its) && its.GetInt32() == tid);

    public JsonElement Kind(string name) => Json.GetProperty("by_kind").GetProperty(name);

    /// <summary>'41 7 config_mutex' for each thread of a circle, or of those that wait.</summary>
    public static IEnumerable<string> Edges(IEnumerable<JsonElement> threads) =>
        threads.Select(thread => $"{thread.GetProperty("tid")} {thread.GetProperty("owner").GetProperty("tid")} {thread.GetProperty("name")}");

    public static IEnumerable<string?> Stack(JsonElement thread) => thread.GetProperty("stack").EnumerateArray().Select(name => name.GetString());

    public override string ToString() => Json.GetRawText();

    private static LockedLife Find(Loader loader, Predicate<JsonElement> isIt)
    {
        var found = Assert.Single(loader.GetJson("/api/v1/processes").GetProperty("processes").EnumerateArray(), isIt);
        string thread = found.TryGetProperty("tid", out var tid) ? $"-{tid}" : "";
        return new(loader.GetJson($"/api/v1/processes/{found.GetProperty("tgid")}-{found.GetProperty("start_id").GetString()}{thread}"));
    }
}
