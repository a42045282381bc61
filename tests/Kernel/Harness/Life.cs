using System.Globalization;
using System.Text.Json;

namespace ProcImage.Tests.Kernel.Harness;

/// <summary>The portrait of one process with its key times, as JSON has it.</summary>
public sealed class Life(JsonElement json)
{
    public static readonly string[] States = ["running", "stolen", "runnable", "sleeping", "disk", "stopped"];

    public int Tgid => json.GetProperty("tgid").GetInt32();

    /// <summary>CLOCK_BOOTTIME in ns.</summary>
    public long StartId => long.Parse(json.GetProperty("start_id").GetString()!, CultureInfo.InvariantCulture);

    public long StartTime => json.GetProperty("start_time_ns").GetInt64();

    public bool IsComplete => json.GetProperty("complete").GetBoolean();

    public bool IsDead => json.TryGetProperty("death", out _);

    /// <summary>The certificate.</summary>
    public Death Death => new(json.GetProperty("death"));

    public JsonElement Keytime => json.GetProperty("keytime");

    /// <summary>In the order in which they are told.</summary>
    public IReadOnlyList<KeyEvent> Events =>
        [.. Keytime.GetProperty("events").EnumerateArray().Select(happened => new KeyEvent(happened))];

    public (long Forks, long Vforks, long Threads, long Execs) Counts =>
        (Number("forks"), Number("vforks"), Number("threads_started"), Number("execs"));

    /// <summary>Since when the times by state count, as unix time.</summary>
    public long LedgerSince => Number("ledger_since_ns");

    /// <summary>Of all states.</summary>
    public long Spent => States.Sum(In);

    public long Number(string name) => Keytime.GetProperty(name).GetInt64();

    /// <summary>Nanoseconds in a state.</summary>
    public long In(string state) => Keytime.GetProperty("state_ns").GetProperty(state).GetInt64();

    public IReadOnlyList<KeyEvent> Named(params string[] names) =>
        [.. Events.Where(happened => names.Contains(happened.Name))];

    public override string ToString() => json.GetRawText();

    /// <summary>Of every process that is shown with key times, without its events.</summary>
    public static IReadOnlyList<Life> All(Loader loader) =>
    [
        .. loader.GetJson("/api/v1/processes").GetProperty("processes").EnumerateArray()
            .Where(process => !process.TryGetProperty("tid", out _) && process.TryGetProperty("keytime", out _))
            .Select(process => new Life(process)),
    ];

    /// <summary>Of a thread that is a target itself, without its events.</summary>
    public static Life OfThread(Loader loader, int tid) => new(Assert.Single(
        loader.GetJson("/api/v1/processes").GetProperty("processes").EnumerateArray(),
        process => process.TryGetProperty("tid", out var its) && its.GetInt32() == tid));

    public static Life Of(Loader loader, int tgid) =>
        Assert.Single(All(loader), process => process.Tgid == tgid).WithEvents(loader);

    /// <summary>Where it is found.</summary>
    public string Address => $"/api/v1/processes/{Tgid}-{json.GetProperty("start_id").GetString()}"
        + (json.TryGetProperty("tid", out var tid) ? $"-{tid}" : "");

    /// <summary>The same, with its events.</summary>
    public Life WithEvents(Loader loader) => new(loader.GetJson(Address));

    public static Life AwaitDeath(Loader loader, int tgid)
    {
        Eventually.True(() => All(loader).Any(process => process.Tgid == tgid && process.IsDead), $"{tgid} is dead");
        return Of(loader, tgid);
    }
}
