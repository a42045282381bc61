using System.Text;
using ProcImage.CommandLine;
using ProcImage.Imaging;

namespace ProcImage.Text;

/// <summary>Locks of targets as lines for a terminal, those with the most time in waits first.</summary>
internal static class LockText
{
    private const int MostPortraits = 5;
    private const int MostLocks = 3;
    private const int MostWaits = 5;

    /// <param name="portraits">Only those that are named and have locks are told of.</param>
    /// <param name="details">Asked of those that are shown.</param>
    public static string Blocks(IEnumerable<Portrait> portraits, Func<Subject, LockDetails> details)
    {
        var shown = portraits.Where(p => p.IsNamed && p.HasLocks)
            .OrderByDescending(p => p.Locks.Time)
            .ThenByDescending(p => p.Locks.Count)
            .ToList();
        var text = new StringBuilder();
        foreach (var portrait in shown.Take(MostPortraits))
            AppendBlock(text, portrait, details(portrait.Subject));
        if (shown.Count > MostPortraits)
            text.AppendLine(Invariant($"... and locks of {shown.Count - MostPortraits} more"));
        return text.ToString();
    }

    private static void AppendBlock(StringBuilder text, Portrait portrait, LockDetails details)
    {
        var locks = portrait.Locks;
        text.AppendLine(Invariant(
            $"{portrait.Subject.Id} {OneLine.Of(portrait.Comm)}: {Counted(locks.Count, "wait")} for locks, {Seconds(locks.Time)}"));
        foreach (var named in details.Locks.OrderByDescending(named => named.Figures.Waits.Sum).Take(MostLocks))
            if (named.Figures.Waits.Count > 0)
                text.AppendLine("  " + Lock(named));
        var waits = details.Waits.OrderByDescending(wait => wait.Time(details.Now) ?? ulong.MaxValue).ToList();
        foreach (var wait in waits.Take(MostWaits))
            text.AppendLine("  " + Wait(wait, details));
        if (waits.Count > MostWaits)
            text.AppendLine(Invariant($"  ... and {waits.Count - MostWaits} more that wait"));
        foreach (var deadlock in details.Deadlocks.Where(deadlock => deadlock.Ended == 0))
            text.AppendLine(Invariant($"  deadlock of {Counted((ulong)deadlock.Threads.Count, "thread")}: ")
                + string.Join(", ", deadlock.Threads.Select(thread => thread.Wait.Tid)));
    }

    private static string Lock(NamedLock named)
    {
        var (figures, waits) = (named.Figures, named.Figures.Waits);
        var kind = LockKinds.NameOf(figures.Kind);
        var line = Invariant($"{kind} {Name(named.Name, figures.Address)}: {Counted(waits.Count, "wait")}, {Seconds(waits.Sum)}");
        line += Invariant($" (mean {Microseconds((double)waits.Sum / waits.Count)} us, max {Microseconds(waits.Max)} us");
        return line + (named.LongestOwner is { } owner ? Invariant($" for thread {owner.Tid})") : ")");
    }

    private static string Wait(LockWait wait, LockDetails details)
    {
        var line = Invariant($"thread {wait.Tid} ({OneLine.Of(wait.Comm)}) ");
        line += wait.Time(details.Now) is { } time ? $"waits {Seconds(time)}" : "has waited since before it was imaged";
        line += wait.Owner is { } owner ? Invariant($" for thread {owner.Tid} ({OneLine.Of(owner.Comm)})") : "";
        return line + $" on {Name(details.Names.GetValueOrDefault(wait.Address), wait.Address)}";
    }

    private static string Name(string? name, ulong address) => name is null ? Invariant($"0x{address:x}") : OneLine.Of(name);

    private static string Counted(ulong count, string what) => Invariant($"{count:N0} {what}{(count == 1 ? "" : "s")}");

    private static string Seconds(ulong ns) => Invariant($"{ns / 1e9:N3} s");

    private static string Microseconds(double ns) => Invariant($"{ns / 1e3:N1}");

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
