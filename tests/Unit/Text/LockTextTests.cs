using ProcImage.Abi;
using ProcImage.Imaging;
using ProcImage.Tests.Unit.Imaging;
using ProcImage.Text;

namespace ProcImage.Tests.Unit.Text;

public class LockTextTests
{
    private static readonly ProcessRecord _named = Records.Named with
    {
        Images = LockRecords.Images,
        Kept = LockRecords.Images,
        LockSince = LockRecords.Since,
    };

    private static readonly LockDetails _nothing = new([], [], [], new Dictionary<ulong, string>(), [], LockRecords.Since);

    private readonly Readings _readings = new();

    [Fact]
    public void A_target_has_its_totals_and_those_locks_with_the_most_time()
    {
        NamedLock[] locks =
        [
            Lock(0x5000, 41, null, 3000),
            Lock(0x6000, 43, new LockOwner(7, "t7"), 9_000_000, 2_000_000_000) with { Name = "config\nmutex" },
            Lock(0x7000, 43, null, 4000, 6000),
            Lock(0x8000, 43, null, 4000),
        ];
        Assert.Equal(
        [
            "4241 redis-server: 3 waits for locks, 0.007 s",
            "  mutex config\\nmutex: 2 waits, 2.009 s (mean 1,004,500.0 us, max 2,000,000.0 us for thread 7)",
            "  mutex 0x7000: 2 waits, 0.000 s (mean 5.0 us, max 6.0 us)",
            "  mutex 0x8000: 1 wait, 0.000 s (mean 4.0 us, max 4.0 us)",
        ],
        Lines(_nothing with { Locks = locks }));
    }

    [Fact]
    public void Who_waits_for_whom_is_told_the_longest_first()
    {
        var details = _nothing with
        {
            Waits = [LockRecords.Wait(43, 0), LockRecords.Wait(41, 7) with { Begin = LockRecords.Since - 7_000_000_000 }, LockRecords.Wait(47, 7) with { Begin = 0 }],
            Names = new Dictionary<ulong, string> { [7] = "config_mutex" },
            Now = LockRecords.Since + 1_000_000_001,
        };
        Assert.Equal(
        [
            "  thread 47 (t47) has waited since before it was imaged for thread 7 (t7) on config_mutex",
            "  thread 41 (t41) waits 8.000 s for thread 7 (t7) on config_mutex",
            "  thread 43 (t43) waits 1.000 s on 0x0",
        ],
        Lines(details)[1..]);
    }

    [Fact]
    public void Of_many_that_wait_five_are_shown()
    {
        var lines = Lines(_nothing with { Waits = [.. Enumerable.Range(1, 7).Select(tid => LockRecords.Wait(tid, 0))] });
        Assert.Equal(5, lines.Count(line => line.StartsWith("  thread ", StringComparison.Ordinal)));
        Assert.Equal("  ... and 2 more that wait", lines[^1]);
    }

    [Fact]
    public void A_deadlock_is_told_while_it_lasts()
    {
        DeadlockedThread[] threads = [new(LockRecords.Wait(41, 7), "first", []), new(LockRecords.Wait(7, 41), "second", [])];
        var lines = Lines(_nothing with { Deadlocks = [new Deadlocked(77, 43, threads[..1], 78), new Deadlocked(77, 41, threads, 0)] });
        Assert.Equal(["  deadlock of 2 threads: 41, 7"], lines[1..]);
    }

    [Fact]
    public void Each_lock_that_probes_have_seen_is_a_row_of_a_table()
    {
        _readings.Read(_named.Bytes(), LockRecords.Totals(3000, 5000).Bytes(), LockRecords.Uses(1_000, 3000, 7000).Bytes());
        var none = LockRecords.Use(null, 3);
        NamedUse[] uses =
        [
            LockRecords.Held(LockRecords.Use("config_mutex_of_all_threads", 1_234_567, 2_000_000_000, 9_000_000)),
            LockRecords.Use("cache\nmutex", 97, 3000, 7000),
            none with { Key = none.Key with { Kind = LockKind.Read } },
            LockRecords.Use("fourth", 1),
        ];
        Assert.Equal(
        [
            "4241 redis-server: 3 waits for locks, 0.007 s; 1,000 locks taken, 2 contended (0.2 %)",
            "  KIND  LOCK                       TAKEN  CONTENDED   SHARE   FAILED     HELD s     MEAN us       MAX us  LONGEST  HELD BY",
            "  mutex config_mutex_of_all_   1,234,567          2   0.0 %        1      2.009 1,004,500.0  2,000,000.0  43       7",
            "  mutex cache\\nmutex                  97          2   2.1 %        1      0.000         5.0          7.0  43",
            "  read  0x5000                         3          2  66.7 %        1      0.000",
            "  ... and 1 more, held for less time",
        ],
        Blocks(_nothing with { Uses = uses }));
    }

    [Fact]
    public void Where_there_are_no_probes_nothing_is_said_of_locks_taken() =>
        Assert.Equal(["4241 redis-server: 3 waits for locks, 0.007 s"], Lines(_nothing));

    [Fact]
    public void The_five_with_the_most_time_are_shown()
    {
        _readings.Read([.. Enumerable.Range(1, 7).SelectMany(Life)]);
        var lines = Blocks(_nothing);
        Assert.Equal(["7", "6", "5", "4", "3"], lines[..5].Select(line => line.Split(' ')[0]));
        Assert.Equal("... and locks of 2 more", Assert.Single(lines[5..]));
    }

    [Fact]
    public void Who_is_no_target_or_has_no_such_image_is_left_out()
    {
        _readings.Read((LockRecords.Process with { Tgid = 7 }).Bytes(), (Records.Named with { Tgid = 11 }).Bytes());
        Assert.Equal("", LockText.Blocks(_readings.Table.Portraits, _ => throw new InvalidOperationException("nobody to ask for")));
    }

    private static NamedLock Lock(ulong address, int tid, LockOwner? owner, params ulong[] waits) => new(
        new LockFigures(address, 1, LockKind.Mutex, Records.Waits(waits), 0, new LongestLockWait(waits.Max(), tid, $"t{tid}", owner?.Tid ?? 0)),
        null, owner, waits.Max(), [], 0);

    private static IEnumerable<byte[]> Life(int tgid)
    {
        yield return (_named with { Tgid = tgid }).Bytes();
        yield return (LockRecords.Totals((ulong)tgid * 1_000_000_000) with { Tgid = tgid }).Bytes();
    }

    private string[] Lines(LockDetails details)
    {
        _readings.Read(_named.Bytes(), LockRecords.Totals(3000, 5000).Bytes());
        return Blocks(details);
    }

    private string[] Blocks(LockDetails details) => LockText.Blocks(_readings.Table.Portraits, _ => details).TrimEnd('\n').Split('\n');
}
