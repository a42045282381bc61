using System.Text.Json;
using ProcImage.Abi;
using ProcImage.Imaging;

namespace ProcImage.Web;

/// <summary>Locks of a portrait as JSON.</summary>
internal static class LockJson
{
    /// <param name="json">Within the object of the portrait.</param>
    /// <param name="portrait">One that has locks.</param>
    /// <param name="details">Null where nobody has looked.</param>
    /// <param name="isAlone">Not in a list, which has totals alone.</param>
    public static void Write(Utf8JsonWriter json, Portrait portrait, LockDetails? details, bool isAlone)
    {
        var locks = portrait.Locks;
        json.WriteStartObject("lock");
        json.WriteString("mode", locks.IsExact ? "exact" : "contention");
        json.WriteNumber("since_ns", portrait.LocksCreated);
        json.WriteNumber("waits", locks.Count);
        json.WriteNumber("wait_ns", locks.Time);
        json.WriteStartObject("by_kind");
        for (var kind = LockKind.Futex; (int)kind < Limits.WaitKinds; kind++)
            WriteKind(json, kind, locks.Of(kind));
        json.WriteEndObject();
        if (details is not null)
        {
            json.WriteNumber("waiting_threads", details.Waits.Count);
            json.WriteNumber("deadlocked", details.Deadlocks.Where(deadlock => deadlock.Ended == 0).Sum(deadlock => deadlock.Threads.Count));
        }

        if (details is not null && isAlone)
        {
            WriteLocks(json, details);
            WriteOther(json, locks, details);
            WriteUses(json, locks, details);
            WriteWaits(json, details);
            WriteDeadlocks(json, details);
        }

        json.WriteEndObject();
    }

    private static void WriteKind(Utf8JsonWriter json, LockKind kind, in LockTotals totals)
    {
        json.WriteStartObject(LockKinds.NameOf(kind));
        WriteFigures(json, totals.Waits, totals.AtOnce);
        json.WriteEndObject();
    }

    private static void WriteFigures(Utf8JsonWriter json, in Histogram waits, ulong atOnce)
    {
        var count = waits.Count;
        json.WriteNumber("waits", count);
        json.WriteNumber("wait_ns", waits.Sum);
        json.WriteNumber("min_ns", count == 0 ? 0 : waits.Min);
        json.WriteNumber("max_ns", waits.Max);
        json.WriteNumber("returned_at_once", atOnce);
        json.WriteStartArray("buckets");
        foreach (var bucket in waits.Buckets)
            json.WriteNumberValue(bucket);
        json.WriteEndArray();
    }

    private static void WriteLocks(Utf8JsonWriter json, LockDetails details)
    {
        json.WriteStartArray("by_lock");
        foreach (var named in details.Locks)
        {
            var figures = named.Figures;
            json.WriteStartObject();
            WriteLock(json, figures.Address, named.Name, figures.Kind);
            WriteFigures(json, figures.Waits, figures.AtOnce);
            var waiting = details.Waits.Where(wait => (wait.Address, wait.Program) == (figures.Address, figures.Program)).ToList();
            json.WriteNumber("waiting", waiting.Count);
            json.WriteNumber("waiting_ns", waiting.Aggregate(0UL, (sum, wait) => sum + (wait.Time(details.Now) ?? 0)));
            if (figures.Longest is { } longest)
            {
                json.WriteStartObject("longest");
                json.WriteNumber("wait_ns", longest.Time);
                json.WriteNumber("tid", longest.Tid);
                json.WriteString("comm", longest.Comm);
                WriteOwner(json, named.LongestOwner);
                WriteStack(json, named.LongestStack);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>At locks that there was no room for, or that have made room for others. What came after the reading is not in it.</summary>
    private static void WriteOther(Utf8JsonWriter json, Locks locks, LockDetails details)
    {
        json.WriteStartObject("other");
        json.WriteNumber("waits", Beyond(locks.Count, details.Locks, named => named.Figures.Waits.Count));
        json.WriteNumber("wait_ns", Beyond(locks.Time, details.Locks, named => named.Figures.Waits.Sum));
        json.WriteEndObject();
    }

    private static ulong Beyond<T>(ulong all, IReadOnlyList<T> ofEach, Func<T, ulong> figure)
    {
        var sum = ofEach.Aggregate(0UL, (sum, each) => sum + figure(each));
        return all > sum ? all - sum : 0;
    }

    /// <summary>Where it is probed.</summary>
    private static void WriteUses(Utf8JsonWriter json, Locks locks, LockDetails details)
    {
        if (!locks.IsExact)
            return;
        json.WriteStartObject("exact");
        json.WriteStartObject("by_kind");
        for (var kind = LockKind.Mutex; kind < LockKind.Kinds; kind++)
        {
            json.WriteStartObject(LockKinds.NameOf(kind));
            WriteFigures(json, locks.UsesOf(kind));
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteStartArray("by_lock");
        foreach (var (key, use, name, stack) in details.Uses)
        {
            json.WriteStartObject();
            WriteLock(json, key.Address, name, key.Kind);
            WriteFigures(json, use.Figures);
            if (use.Holder != 0)
            {
                json.WriteStartObject("holder");
                json.WriteNumber("tid", use.Holder);
                json.WriteNumber("since_ns", BootClock.ToUnix(use.HeldSince));
                json.WriteEndObject();
            }

            if (use.Longest.Time != 0 && (use.Longest.Version & 1) == 0)
            {
                json.WriteStartObject("longest_hold");
                json.WriteNumber("hold_ns", use.Longest.Time);
                json.WriteNumber("tid", use.Longest.Tid);
                json.WriteString("comm", use.Longest.Comm.ToString());
                WriteStack(json, stack);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartObject("other");
        json.WriteNumber("acquisitions", Beyond(locks.Acquisitions, details.Uses, used => used.Use.Figures.Acquisitions));
        json.WriteNumber("contended", Beyond(locks.Contended, details.Uses, used => used.Use.Figures.Contended));
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteFigures(Utf8JsonWriter json, in UseFigures figures)
    {
        json.WriteNumber("acquisitions", figures.Acquisitions);
        json.WriteNumber("contended", figures.Contended);
        json.WriteNumber("failed", figures.Failures);
        WriteTimes(json, "acquire", figures.Acquires);
        WriteTimes(json, "hold", figures.Holds);
    }

    private static void WriteTimes(Utf8JsonWriter json, string name, in Histogram times)
    {
        json.WriteStartObject(name);
        json.WriteNumber("count", times.Count);
        json.WriteNumber("time_ns", times.Sum);
        json.WriteNumber("min_ns", times.Count == 0 ? 0 : times.Min);
        json.WriteNumber("max_ns", times.Max);
        json.WriteStartArray("buckets");
        foreach (var bucket in times.Buckets)
            json.WriteNumberValue(bucket);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteWaits(Utf8JsonWriter json, LockDetails details)
    {
        json.WriteStartArray("waiting");
        foreach (var wait in details.Waits.OrderByDescending(wait => wait.Time(details.Now) ?? ulong.MaxValue))
        {
            json.WriteStartObject();
            json.WriteNumber("tid", wait.Tid);
            json.WriteString("comm", wait.Comm);
            WriteLock(json, wait.Address, details.Names.GetValueOrDefault(wait.Address), wait.Kind);
            if (wait.Time(details.Now) is { } time)
                json.WriteNumber("wait_ns", time);
            WriteOwner(json, wait.Owner);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteDeadlocks(Utf8JsonWriter json, LockDetails details)
    {
        json.WriteStartArray("deadlocks");
        foreach (var deadlock in details.Deadlocks)
        {
            json.WriteStartObject();
            json.WriteNumber("found_ns", deadlock.Time);
            if (deadlock.Made != 0)
                json.WriteNumber("made_ns", deadlock.Made);
            if (deadlock.Ended != 0)
                json.WriteNumber("ended_ns", deadlock.Ended);
            json.WriteStartArray("threads");
            foreach (var thread in deadlock.Threads)
            {
                json.WriteStartObject();
                json.WriteNumber("tid", thread.Wait.Tid);
                json.WriteString("comm", thread.Wait.Comm);
                WriteLock(json, thread.Wait.Address, thread.Lock, thread.Wait.Kind);
                if (thread.Wait.Begin != 0)
                    json.WriteNumber("since_ns", BootClock.ToUnix(thread.Wait.Begin));
                WriteOwner(json, thread.Wait.Owner);
                WriteStack(json, thread.Stack);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>An address in 64 bits is no number for everybody who reads JSON.</summary>
    private static void WriteLock(Utf8JsonWriter json, ulong address, string? name, LockKind kind)
    {
        json.WriteString("address", FormattableString.Invariant($"0x{address:x}"));
        if (name is not null)
            json.WriteString("name", name);
        json.WriteString("kind", LockKinds.NameOf(kind));
    }

    private static void WriteOwner(Utf8JsonWriter json, LockOwner? owner)
    {
        if (owner is not { } held)
            return;
        json.WriteStartObject("owner");
        json.WriteNumber("tid", held.Tid);
        json.WriteString("comm", held.Comm);
        json.WriteEndObject();
    }

    private static void WriteStack(Utf8JsonWriter json, IReadOnlyList<string> stack)
    {
        json.WriteStartArray("stack");
        foreach (var function in stack)
            json.WriteStringValue(function);
        json.WriteEndArray();
    }
}
