using System.Globalization;
using System.Text.Json;
using ProcImage.Abi;
using ProcImage.Imaging;

namespace ProcImage.Web;

/// <summary>Portraits as JSON. Times are integers of nanoseconds: a double would round them.</summary>
internal static class PortraitJson
{
    public const string ContentType = "application/json; charset=utf-8";

    /// <param name="portraits">Those without figures are left out.</param>
    /// <param name="locks">Asked of those that have locks.</param>
    public static byte[] List(IEnumerable<Portrait> portraits, Func<Subject, LockDetails>? locks = null) => Build(json =>
    {
        json.WriteStartObject();
        json.WriteStartArray("processes");
        foreach (var portrait in portraits.Where(p => p.HasFigures).OrderBy(p => p.Subject.Tgid).ThenBy(p => p.Subject.Tid))
            Write(json, portrait, isAlone: false, null, portrait.HasLocks ? locks?.Invoke(portrait.Subject) : null);
        json.WriteEndArray();
        json.WriteEndObject();
    });

    /// <summary>Null for null.</summary>
    /// <param name="portrait">With its events, which a list has not.</param>
    /// <param name="calls">Of one that has system calls.</param>
    /// <param name="locks">Of one that has locks.</param>
    public static byte[]? One(Portrait? portrait, CallDetails? calls, LockDetails? locks = null) =>
        portrait is not { HasFigures: true } ? null : Build(json => Write(json, portrait, isAlone: true, calls, locks));

    /// <summary>Where it is not, what was lost too.</summary>
    public static void WriteComplete(Utf8JsonWriter json, Portrait portrait)
    {
        json.WriteBoolean("complete", portrait.IsComplete);
        if (portrait.IsComplete)
            return;
        json.WriteStartArray("losses");
        if (portrait.LacksRecord)
            json.WriteStringValue("final_record");
        if (portrait.LacksEvent)
            json.WriteStringValue("thread_or_event");
        if (portrait.LacksRun)
            json.WriteStringValue("run");
        json.WriteEndArray();
    }

    private static byte[] Build(Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
            write(json);
        return stream.ToArray();
    }

    private static void Write(
        Utf8JsonWriter json, Portrait portrait, bool isAlone, CallDetails? calls, LockDetails? locks)
    {
        json.WriteStartObject();
        json.WriteNumber("tgid", portrait.Subject.Tgid);
        if (portrait.Subject.IsThread)
            json.WriteNumber("tid", portrait.Subject.Tid);
        json.WriteString("start_id", portrait.Subject.StartId.ToString(CultureInfo.InvariantCulture));
        json.WriteString("comm", portrait.Comm);
        json.WriteString("exe", portrait.Identity.Exe);
        json.WriteString("cgroup", portrait.Identity.Cgroup);
        json.WriteNumber("parent", portrait.Parent);
        json.WriteStartArray("images");
        foreach (var image in portrait.Images.Names())
            json.WriteStringValue(image);
        json.WriteEndArray();
        WriteComplete(json, portrait);
        json.WriteNumber("start_time_ns", portrait.StartTime);
        json.WriteString("state", portrait.IsDead ? "dead" : portrait.Images == ImageSet.None ? "frozen" : "alive");
        if (portrait.IsDead)
        {
            if (portrait.ExitTime != 0)
                json.WriteNumber("exit_time_ns", portrait.ExitTime);
            json.WriteNumber("exit_code", portrait.ExitCode);
            json.WriteNumber("exit_signal", portrait.ExitSignal);
        }

        if (portrait.HasResources)
            WriteResources(json, portrait);
        if (portrait.HasDelays)
            WriteSchedule(json, portrait);
        if (portrait.HasCalls)
            SyscallJson.Write(json, portrait, calls);
        if (portrait.HasLocks)
            LockJson.Write(json, portrait, locks, isAlone);
        if (portrait.HasKeytimes)
            KeytimeJson.Write(json, portrait, withEvents: isAlone);
        if (portrait is { HasKeytimes: true, IsDead: true })
            KeytimeJson.WriteDeath(json, portrait);
        json.WriteEndObject();
    }

    private static void WriteResources(Utf8JsonWriter json, Portrait portrait)
    {
        var resources = portrait.Resources;
        var usage = resources.Usage;
        json.WriteStartObject("resource");
        json.WriteNumber("cpu_user_ns", resources.Cpu.User);
        json.WriteNumber("cpu_system_ns", resources.Cpu.System);
        json.WriteNumber("threads", portrait.Threads);
        json.WriteNumber("resident_bytes", resources.ResidentBytes);
        json.WriteNumber("resident_peak_bytes", resources.ResidentPeakBytes);
        json.WriteNumber("virtual_bytes", resources.VirtualBytes);
        json.WriteNumber("read_chars", usage.ReadChars);
        json.WriteNumber("written_chars", usage.WrittenChars);
        json.WriteNumber("read_bytes", usage.ReadBytes);
        json.WriteNumber("written_bytes", usage.WrittenBytes);
        json.WriteNumber("minor_faults", usage.MinorFaults);
        json.WriteNumber("major_faults", usage.MajorFaults);
        json.WriteNumber("voluntary_switches", usage.VoluntarySwitches);
        json.WriteNumber("involuntary_switches", usage.InvoluntarySwitches);
        json.WriteEndObject();
    }

    private static void WriteSchedule(Utf8JsonWriter json, Portrait portrait)
    {
        var stats = portrait.Delays.Stats;
        var count = stats.Count;
        json.WriteStartObject("schedule");
        json.WriteNumber("delay_count", count);
        json.WriteNumber("delay_sum_ns", stats.Sum);
        json.WriteNumber("delay_min_ns", count == 0 ? 0 : stats.Min);
        json.WriteNumber("delay_max_ns", stats.Max);
        json.WriteNumber("priority", portrait.Priority);
        json.WriteNumber("last_cpu", portrait.Cpu);
        json.WriteStartArray("delay_buckets");
        for (var i = 0; i < Limits.HistogramBuckets; i++)
            json.WriteNumberValue(stats.Buckets[i]);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
