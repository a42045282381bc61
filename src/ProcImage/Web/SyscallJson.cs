using System.Text.Json;
using ProcImage.Abi;
using ProcImage.Imaging;

namespace ProcImage.Web;

/// <summary>System calls of a portrait as JSON.</summary>
internal static class SyscallJson
{
    private const int Most = 3;

    /// <param name="json">Within the object of the portrait.</param>
    /// <param name="portrait">One that has system calls.</param>
    /// <param name="details">Of one portrait; null in a list, which goes without figures by call and without threads.</param>
    public static void Write(Utf8JsonWriter json, Portrait portrait, CallDetails? details)
    {
        var calls = portrait.Calls;
        json.WriteStartObject("syscall");
        json.WriteNumber("since_ns", portrait.CallsCreated);
        json.WriteNumber("calls", calls.Count);
        json.WriteNumber("errors", calls.Errors);
        WriteLatency(json, "latency", calls.Latency);
        WriteNames(json, "most_frequent", calls.MostFrequent);
        WriteNames(json, "costliest", calls.Costliest);
        if (details is not null)
        {
            WriteByCall(json, calls);
            WriteThreads(json, details.Sequences);
            if (details.System is { } system)
                WriteLatency(json, "system_latency", system);
        }

        if (portrait.IsDead)
            WriteAtDeath(json, calls.AtDeath);
        json.WriteEndObject();
    }

    private static void WriteLatency(Utf8JsonWriter json, string name, in Histogram stats)
    {
        var count = stats.Count;
        json.WriteStartObject(name);
        json.WriteNumber("count", count);
        json.WriteNumber("sum_ns", stats.Sum);
        json.WriteNumber("min_ns", count == 0 ? 0 : stats.Min);
        json.WriteNumber("max_ns", stats.Max);
        json.WriteStartArray("buckets");
        foreach (var bucket in stats.Buckets)
            json.WriteNumberValue(bucket);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteNames(Utf8JsonWriter json, string name, IEnumerable<CallFigures> calls)
    {
        json.WriteStartArray(name);
        foreach (var call in calls.Take(Most))
            json.WriteStringValue($"{call.Id}");
        json.WriteEndArray();
    }

    private static void WriteByCall(Utf8JsonWriter json, Calls calls)
    {
        json.WriteStartArray("by_call");
        foreach (var call in calls.Costliest.Concat(calls.ByCall.Where(call => call.Time == 0)))
        {
            json.WriteStartObject();
            WriteId(json, call.Id);
            json.WriteNumber("count", call.Count);
            json.WriteNumber("errors", call.Errors);
            json.WriteNumber("timed", call.Timed);
            json.WriteNumber("time_ns", call.Time);
            json.WriteNumber("max_ns", call.Max);
            json.WriteStartObject("errnos");
            foreach (var (errno, count) in call.Errnos.OrderByDescending(errno => errno.Value))
                json.WriteNumber(ErrnoNames.Of(errno), count);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("errors_without_errno", calls.OtherErrors);
    }

    private static void WriteThreads(Utf8JsonWriter json, IReadOnlyList<CallSequence> threads)
    {
        json.WriteStartArray("threads");
        foreach (var thread in threads)
        {
            json.WriteStartObject();
            json.WriteNumber("tid", thread.Tid);
            json.WriteString("comm", thread.Comm);
            if (thread.Inside is { } inside)
            {
                json.WriteStartObject("inside");
                WriteInside(json, inside);
                json.WriteEndObject();
            }

            json.WriteStartArray("sequence");
            foreach (var call in thread.Calls)
                WriteCall(json, call);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>The calls that threads were in when they died.</summary>
    public static void WriteAtDeath(Utf8JsonWriter json, IReadOnlyList<CallInside> calls)
    {
        json.WriteStartArray("at_death");
        foreach (var call in calls)
        {
            json.WriteStartObject();
            json.WriteNumber("tid", call.Tid);
            WriteInside(json, call);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteInside(Utf8JsonWriter json, CallInside inside)
    {
        WriteId(json, inside.Id);
        if (inside.Time is { } time)
            json.WriteNumber("time_ns", time);
    }

    private static void WriteCall(Utf8JsonWriter json, in Call call)
    {
        json.WriteStartObject();
        WriteId(json, new CallId(call.Kind, call.Number));
        if (call.Begin != 0)
            json.WriteNumber("begin_ns", BootClock.ToUnix(call.Begin));
        if (call.Time != Limits.CallTimeUnknown)
            json.WriteNumber("time_ns", call.Time);
        json.WriteString("result", CallResult.Of(call));
        json.WriteEndObject();
    }

    private static void WriteId(Utf8JsonWriter json, CallId id)
    {
        json.WriteString("name", $"{id}");
        json.WriteNumber("number", id.Number);
    }
}
