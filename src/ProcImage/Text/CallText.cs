using System.Text;
using ProcImage.Abi;
using ProcImage.CommandLine;
using ProcImage.Imaging;

namespace ProcImage.Text;

/// <summary>System calls of targets as lines for a terminal, those with the most time in them first.</summary>
public static class CallText
{
    private const int MostPortraits = 5;
    private const int MostCalls = 3;
    private const int MostErrors = 3;
    private const int MostThreads = 3;
    private const int Width = 110;

    /// <param name="portraits">Only those that are named and have system calls are told of.</param>
    /// <param name="details">What else there is to tell of those that are shown, asked for once.</param>
    public static string Blocks(
        IEnumerable<Portrait> portraits, Func<IReadOnlyList<Portrait>, IReadOnlyDictionary<Subject, CallDetails>> details)
    {
        var shown = portraits.Where(p => p.IsNamed && p.HasCalls)
            .OrderByDescending(p => p.Calls.Latency.Sum)
            .ThenByDescending(p => p.Calls.Count)
            .ToList();
        if (shown.Count == 0)
            return "";
        var text = new StringBuilder();
        var first = shown.Take(MostPortraits).ToList();
        var known = details(first);
        foreach (var portrait in first)
            AppendBlock(text, portrait, known.GetValueOrDefault(portrait.Subject));
        if (shown.Count > MostPortraits)
            text.AppendLine(Invariant($"... and system calls of {shown.Count - MostPortraits} more"));
        return text.ToString();
    }

    private static void AppendBlock(StringBuilder text, Portrait portrait, CallDetails? details)
    {
        var calls = portrait.Calls;
        text.AppendLine(Invariant($"{portrait.Subject.Id} {OneLine.Of(portrait.Comm)}: {Counted(calls.Count, "system call")}{Failed(calls)}"));
        if (calls.Latency.Count > 0)
            text.AppendLine($"  us: {Times(calls.Latency)}{(details?.System is { } system ? $" (all tasks: {Times(system)})" : "")}");
        AppendList(text, "  most frequent: ", calls.MostFrequent.Take(MostCalls).Select(call => Invariant($"{call.Id} {call.Count:N0}")));
        AppendList(text, "  costliest: ", calls.Costliest.Take(MostCalls).Select(Cost));
        if (details is not null)
            AppendThreads(text, details.Sequences);
        foreach (var last in portrait.IsDead ? calls.AtDeath : [])
            text.AppendLine(Invariant($"  thread {last.Tid} has died in {last.Id}{(last.Time is { } time ? Invariant($" after {Seconds(time)}") : "")}"));
    }

    private static void AppendThreads(StringBuilder text, IReadOnlyList<CallSequence> threads)
    {
        foreach (var thread in threads.OrderByDescending(Latest).Take(MostThreads))
        {
            text.AppendLine(Invariant($"  thread {thread.Tid} ({OneLine.Of(thread.Comm)}): in {Inside(thread.Inside)}"));
            AppendList(text, Invariant($"    last {thread.Calls.Count}: "), thread.Calls.Select(Told));
        }

        if (threads.Count > MostThreads)
            text.AppendLine(Invariant($"  ... and {threads.Count - MostThreads} more threads"));
    }

    /// <summary>Goes on below its beginning where it would become too long; nothing where there is nothing to list.</summary>
    private static void AppendList(StringBuilder text, string head, IEnumerable<string> items)
    {
        var line = head;
        var isFirst = true;
        foreach (var item in items)
        {
            if (isFirst)
                line += item;
            else if (line.Length + 2 + item.Length <= Width)
                line += ", " + item;
            else
            {
                text.AppendLine(line + ",");
                line = new string(' ', head.Length) + item;
            }

            isFirst = false;
        }

        if (!isFirst)
            text.AppendLine(line);
    }

    /// <summary>A thread that has called nothing yet comes last.</summary>
    private static ulong Latest(CallSequence thread) => thread.Calls.Count == 0 ? 0 : End(thread.Calls[^1]);

    private static ulong End(in Call call) => call.Time == Limits.CallTimeUnknown ? call.Begin : call.Begin + call.Time;

    private static string Inside(CallInside? inside) => inside switch
    {
        null => "no call",
        { Time: { } time } => $"{inside.Id} for {Seconds(time)}",
        _ => $"{inside.Id} since before it was imaged",
    };

    private static string Told(Call call) => $"{new CallId(call.Kind, call.Number)}={CallResult.Of(call)}"
        + (call.Time == Limits.CallTimeUnknown ? "" : $" {Microseconds(call.Time)}us");

    private static string Cost(CallFigures call) => Invariant(
        $"{call.Id} {Seconds(call.Time)} (mean {Microseconds((double)call.Time / call.Timed)} us, max {Microseconds(call.Max)} us)");

    private static string Times(in Histogram stats) => stats.Count == 0
        ? "none yet"
        : $"mean {Microseconds((double)stats.Sum / stats.Count)}, min {Microseconds(stats.Min)}, max {Microseconds(stats.Max)}";

    /// <summary>The commonest errors of all calls together.</summary>
    private static string Failed(Calls calls)
    {
        if (calls.Errors == 0)
            return "";
        var errors = calls.ByCall.SelectMany(call => call.Errnos)
            .GroupBy(errno => errno.Key, errno => errno.Value)
            .Select(group => (Errno: group.Key, Count: group.Aggregate((sum, count) => sum + count)))
            .OrderByDescending(error => error.Count)
            .Take(MostErrors)
            .ToList();
        var named = errors.Aggregate(0UL, (sum, error) => sum + error.Count);
        var parts = errors.Select(error => Invariant($"{error.Count:N0} {ErrnoNames.Of(error.Errno)}"));
        if (calls.Errors > named)
            parts = parts.Append(Invariant($"{calls.Errors - named:N0} other"));
        return Invariant($", {calls.Errors:N0} failed ({string.Join(", ", parts)})");
    }

    private static string Counted(ulong count, string what) => Invariant($"{count:N0} {what}{(count == 1 ? "" : "s")}");

    private static string Seconds(ulong ns) => Invariant($"{ns / 1e9:N3} s");

    private static string Microseconds(double ns) => Invariant($"{ns / 1e3:N1}");

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
