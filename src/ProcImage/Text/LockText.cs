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
    private const int NameWidth = 20;

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
            $"{portrait.Subject.Id} {OneLine.Of(portrait.Comm)}: {Counted(locks.Count, "wait")} for locks, {Seconds(locks.Time)}{Taken(locks)}"));
        foreach (var named in details.Locks.OrderByDescending(named => named.Figures.Waits.Sum).Take(MostLocks))
            if (named.Figures.Waits.Count > 0)
                text.AppendLine("  " + Lock(named));
        AppendUses(text, details.Uses);
        var waits = details.Waits.OrderByDescending(wait => wait.Time(details.Now) ?? ulong.MaxValue).ToList();
        foreach (var wait in waits.Take(MostWaits))
            text.AppendLine("  " + Wait(wait, details));
        if (waits.Count > MostWaits)
            text.AppendLine(Invariant($"  ... and {waits.Count - MostWaits} more that wait"));
        foreach (var deadlock in details.Deadlocks.Where(deadlock => deadlock.Ended == 0))
            text.AppendLine(Invariant($"  deadlock of {Counted((ulong)deadlock.Threads.Count, "thread")}: ")
                + string.Join(", ", deadlock.Threads.Select(thread => thread.Wait.Tid)));
    }

    /// <summary>Nothing where there are no probes: then nobody knows.</summary>
    private static string Taken(Locks locks) => locks.IsExact
        ? Invariant($"; {Counted(locks.Acquisitions, "lock")} taken, {locks.Contended:N0} contended ({Share(locks.Contended, locks.Acquisitions)})")
        : "";

    private static void AppendUses(StringBuilder text, IReadOnlyList<NamedUse> uses)
    {
        if (uses.Count == 0)
            return;
        text.AppendLine("  KIND  LOCK                       TAKEN  CONTENDED   SHARE   FAILED     HELD s     MEAN us       MAX us  LONGEST  HELD BY");
        foreach (var use in uses.Take(MostLocks))
            text.AppendLine("  " + Use(use));
        if (uses.Count > MostLocks)
            text.AppendLine(Invariant($"  ... and {uses.Count - MostLocks} more, held for less time"));
    }

    private static string Use(NamedUse named)
    {
        var (key, figures, holds) = (named.Key, named.Use.Figures, named.Use.Figures.Holds);
        var line = Invariant($"{LockKinds.NameOf(key.Kind),-5} {Fit(Name(named.Name, key.Address)),-20} {figures.Acquisitions,11:N0}  {figures.Contended,9:N0} ");
        line += Invariant($"{Share(figures.Contended, figures.Acquisitions),7}  {figures.Failures,7:N0} {holds.Sum / 1e9,10:N3} ");
        if (holds.Count > 0)
            line += Invariant($"{Microseconds((double)holds.Sum / holds.Count),11} {Microseconds(holds.Max),12}  {(named.Use.Longest is { Time: not 0 } longest ? longest.Tid : 0)}");
        return named.Use.Holder == 0 ? line.TrimEnd() : Invariant($"{line,-113}{named.Use.Holder}");
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

    private static string Fit(string name) => name.Length <= NameWidth ? name : name[..NameWidth];

    private static string Share(ulong part, ulong whole) => Invariant($"{100.0 * part / Math.Max(1, whole):N1} %");

    private static string Seconds(ulong ns) => Invariant($"{ns / 1e9:N3} s");

    private static string Microseconds(double ns) => Invariant($"{ns / 1e3:N1}");

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
