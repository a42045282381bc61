using System.Runtime.InteropServices;
using ProcImage.Abi;

namespace ProcImage.Tests.Unit.Imaging;

/// <summary>Records as the kernel side writes them. Change what a test is about by 'with'.</summary>
internal static class Records
{
    public const ImageSet Both = ImageSet.Resource | ImageSet.Schedule;
    public const ImageSet Keytimes = ImageSet.Keytime | ImageSet.Ledger;
    public const ulong StartId = 70_000_000_007;

    public static ProcessRecord Process { get; } = new()
    {
        Header = Head(RecordType.Process),
        Tgid = 4241,
        Parent = 1,
        StartId = StartId,
        Images = Both,
        Kept = Both,
        Threads = 1,
        ScheduleSince = 80_000_000_009,
        Comm = Name("redis-server"),
    };

    public static ProcessRecord Named { get; } = Process with { Header = Head(RecordType.Process, RecordFlag.Named) };

    public static ProcessRecord InExec { get; } = Process with { Header = Head(RecordType.Process, RecordFlag.InExec) };

    /// <summary>Deactivated, not swept yet.</summary>
    public static ProcessRecord Frozen { get; } = Process with { Images = ImageSet.None };

    /// <summary>Exited with 3.</summary>
    public static ProcessRecord Final { get; } = Process with
    {
        Header = Head(RecordType.FinalProcess, RecordFlag.Dead),
        ExitTime = StartId + 5_000_000_011,
        ExitCode = 3 << 8,
    };

    /// <summary>Key times alone, with the ledger.</summary>
    public static ProcessRecord KeytimeOnly { get; } = Process with
    {
        Images = Keytimes,
        Kept = Keytimes,
        ScheduleSince = 0,
        KeytimeSince = 80_000_000_009,
        LedgerSince = 80_000_000_009,
    };

    /// <summary>The same, ended by SIGTERM.</summary>
    public static ProcessRecord Killed { get; } = KeytimeOnly with
    {
        Header = Head(RecordType.FinalProcess, RecordFlag.Dead),
        ExitTime = StartId + 5_000_000_011,
        ExitCode = 15,
    };

    public static ThreadRecord Thread { get; } = new()
    {
        Header = Head(RecordType.Thread),
        Tgid = 4241,
        Tid = 4243,
        StartId = StartId + 17,
        LeaderStartId = StartId,
        Images = Both,
        Kept = Both,
        ScheduleSince = 80_000_000_009,
        Comm = Name("io-thread"),
    };

    public static ThreadRecord Leader { get; } = Thread with
    {
        Header = Head(RecordType.Thread, RecordFlag.Leader),
        Tid = 4241,
        StartId = StartId,
    };

    public static ThreadRecord Target { get; } = Thread with { Header = Head(RecordType.Target, RecordFlag.Named) };

    public static ThreadRecord FinalTarget { get; } = Target with
    {
        Header = Head(RecordType.FinalTarget, RecordFlag.Named | RecordFlag.Dead),
        ExitTime = StartId + 5_000_000_011,
    };

    public static RecordHeader Head(RecordType type, RecordFlag flags = RecordFlag.None) =>
        new() { Type = type, Flags = flags };

    public static Comm Name(params ReadOnlySpan<byte> bytes)
    {
        var comm = new Comm();
        bytes.CopyTo(comm);
        return comm;
    }

    public static Comm Name(string name) => Name(System.Text.Encoding.UTF8.GetBytes(name));

    /// <summary>As many ns in each state as its number times <paramref name="unit"/>, running having one.</summary>
    public static KeytimeStats Times(ulong unit)
    {
        var stats = new KeytimeStats();
        for (var state = 0; state < (int)TimeState.States; state++)
            stats.Times[state] = unit * ((ulong)state + 1);
        return stats;
    }

    /// <summary>The delays of so many waits.</summary>
    public static Histogram Waits(params ReadOnlySpan<ulong> delays)
    {
        var stats = new Histogram { Min = ulong.MaxValue };
        foreach (var delay in delays)
        {
            stats.Sum += delay;
            stats.Min = Math.Min(stats.Min, delay);
            stats.Max = Math.Max(stats.Max, delay);
            stats.Buckets[Histogram.BucketOf(delay)]++;
        }

        return stats;
    }

    public static byte[] Bytes(
        this ProcessRecord record, Histogram? schedule = null, KeytimeStats? keytime = null, DeathCause? cause = null) =>
        Whole(record with { Parts = Of(schedule, keytime, cause) }, schedule, keytime, cause);

    public static byte[] Bytes(
        this ThreadRecord record, Histogram? schedule = null, KeytimeStats? keytime = null, DeathCause? cause = null) =>
        Whole(record with { Parts = Of(schedule, keytime, cause) }, schedule, keytime, cause);

    /// <summary>What nothing follows.</summary>
    public static byte[] Bytes<T>(this T record)
        where T : unmanaged => Whole(record, null, null, null);

    private static PartFlag Of(Histogram? schedule, KeytimeStats? keytime, DeathCause? cause) =>
        (schedule is null ? PartFlag.None : PartFlag.Schedule)
        | (keytime is null ? PartFlag.None : PartFlag.Keytime)
        | (cause is null ? PartFlag.None : PartFlag.Cause);

    private static byte[] Whole<T>(in T record, Histogram? schedule, KeytimeStats? keytime, DeathCause? cause)
        where T : unmanaged
    {
        byte[] bytes = [.. MemoryMarshal.AsBytes([record]), .. BytesOf(schedule), .. BytesOf(keytime), .. BytesOf(cause)];
        MemoryMarshal.AsRef<RecordHeader>(bytes.AsSpan()).Size = (uint)bytes.Length;
        return bytes;
    }

    private static byte[] BytesOf<T>(T? part)
        where T : unmanaged => part is { } known ? MemoryMarshal.AsBytes([known]).ToArray() : [];
}
