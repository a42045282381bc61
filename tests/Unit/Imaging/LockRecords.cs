using ProcImage.Abi;
using ProcImage.Imaging;

namespace ProcImage.Tests.Unit.Imaging;

/// <summary>Waits for locks as the kernel side tells them.</summary>
internal static class LockRecords
{
    public const ulong Since = 90_000_000_011;
    public const ImageSet Images = ImageSet.Lock;

    public static ProcessRecord Process { get; } = Records.Process with { Images = Images, Kept = Images, LockSince = Since };

    public static Subject Subject { get; } = new(Process.Tgid, 0, Process.StartId);

    /// <summary>These waits for mutexes in ns, and one for something else.</summary>
    public static LocksRecord Totals(params ReadOnlySpan<ulong> mutexes)
    {
        var record = new LocksRecord
        {
            Header = Records.Head(RecordType.Locks),
            Tgid = Process.Tgid,
            StartId = Process.StartId,
            Since = Since,
        };
        record.Kinds[(int)LockKind.Mutex].Waits = Records.Waits(mutexes);
        record.Kinds[(int)LockKind.Mutex].AtOnce = 3;
        record.Kinds[(int)LockKind.Futex].Waits = Records.Waits(7_000_000);
        return record;
    }

    /// <summary>By probes: so many mutexes taken, the first two of which another thread had, and held for this long in ns.</summary>
    public static UsesRecord Uses(ulong acquisitions, params ReadOnlySpan<ulong> holds)
    {
        var record = new UsesRecord
        {
            Header = Records.Head(RecordType.Uses),
            Tgid = Process.Tgid,
            StartId = Process.StartId,
            Since = Since,
        };
        record.Kinds[0] = new UseFigures
        {
            Acquisitions = acquisitions,
            Contended = 2,
            Failures = 1,
            Acquires = Records.Waits(4000, 9000),
            Holds = Records.Waits(holds),
        };
        return record;
    }

    /// <summary>By probes: one lock, at the address 0x5000, with the figures of <see cref="Uses"/>, that thread 43 held longest.</summary>
    public static NamedUse Use(string? name, ulong acquisitions, params ReadOnlySpan<ulong> holds)
    {
        var use = new LockUse { Since = Since, Figures = Uses(acquisitions, holds).Kinds[0] };
        (use.Longest.Time, use.Longest.Tid, use.Longest.Comm) = (use.Figures.Holds.Max, 43, Records.Name("t43"));
        var key = new LockKey { Life = new Life { Tgid = Process.Tgid, StartId = Process.StartId }, Address = 0x5000, Kind = LockKind.Mutex };
        return new NamedUse(key, use, name, ["pthread_mutex_unlock", "main"]);
    }

    /// <summary>The same, which thread 7 has now.</summary>
    public static NamedUse Held(NamedUse free)
    {
        var use = free.Use;
        (use.Holder, use.HeldSince) = (7, Since + 1);
        return free with { Use = use };
    }

    /// <summary>A thread that waits for another one, at an address that is the owner's tid.</summary>
    public static LockWait Wait(int tid, int owner, ulong switches = 5) => new(
        Subject, tid, (ulong)tid * 1000, $"t{tid}", (ulong)owner, owner == 0 ? LockKind.Futex : LockKind.Mutex, Since + 1, switches, false,
        owner == 0 ? null : new LockOwner(owner, $"t{owner}"), EventFlag.OfProcess, 1, default, default);
}
