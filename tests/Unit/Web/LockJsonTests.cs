using System.Text.Json;
using ProcImage.Abi;
using ProcImage.Imaging;
using ProcImage.Tests.Unit.Imaging;
using ProcImage.Web;

namespace ProcImage.Tests.Unit.Web;

public class LockJsonTests
{
    private readonly Readings _readings = new();

    [Fact]
    public void A_list_has_totals_alone()
    {
        _readings.Read(LockRecords.Process.Bytes(), LockRecords.Totals(3000, 5000).Bytes());
        var locks = Parse(PortraitJson.List(_readings.Table.Portraits)).GetProperty("processes")[0].GetProperty("lock");
        Assert.Equal((3, 7_008_000), (locks.GetProperty("waits").GetInt32(), locks.GetProperty("wait_ns").GetInt32()));
        Assert.Equal(3, locks.GetProperty("by_kind").GetProperty("mutex").GetProperty("returned_at_once").GetInt32());
        Assert.Equal("contention", locks.GetProperty("mode").GetString());
        Assert.False(locks.TryGetProperty("by_lock", out _));
    }

    [Fact]
    public void A_list_says_how_many_wait_and_how_many_are_in_a_deadlock_that_lasts()
    {
        var over = new Deadlocked(78, 43, [Thread(43, 43, "third")], 79);
        var details = Details(LockRecords.Wait(41, 7), LockRecords.Wait(7, 41), LockRecords.Wait(47, 0));
        _readings.Read(LockRecords.Process.Bytes(), LockRecords.Totals(3000).Bytes());
        var json = PortraitJson.List(_readings.Table.Portraits, _ => details with { Deadlocks = [.. details.Deadlocks, over] });
        var locks = Parse(json).GetProperty("processes")[0].GetProperty("lock");
        Assert.Equal((3, 2), (locks.GetProperty("waiting_threads").GetInt32(), locks.GetProperty("deadlocked").GetInt32()));
        Assert.False(locks.TryGetProperty("by_lock", out _));
    }

    [Fact]
    public void One_says_who_waits_for_whom_on_what()
    {
        var wait = LockRecords.Wait(41, 7) with { Address = 0x5000 };
        var waiting = One(wait, LockRecords.Wait(43, 0)).GetProperty("waiting");
        Assert.Equal("0x5000", waiting[0].GetProperty("address").GetString());
        Assert.Equal("config_mutex", waiting[0].GetProperty("name").GetString());
        Assert.Equal(3_100_000_000, waiting[0].GetProperty("wait_ns").GetInt64());
        Assert.Equal((7, "t7"), Owner(waiting[0]));
        Assert.False(waiting[1].TryGetProperty("owner", out _));
        Assert.False(waiting[1].TryGetProperty("name", out _));
    }

    [Fact]
    public void A_wait_that_goes_on_is_told_beside_those_that_have_ended()
    {
        var first = One(LockRecords.Wait(41, 7) with { Address = 0x5000 }).GetProperty("by_lock")[0];
        Assert.Equal((2, 1), (first.GetProperty("waits").GetInt32(), first.GetProperty("waiting").GetInt32()));
        Assert.Equal((8000, 3_100_000_000), (first.GetProperty("wait_ns").GetInt64(), first.GetProperty("waiting_ns").GetInt64()));
        Assert.Equal(["lll_lock_wait", "main"], first.GetProperty("longest").GetProperty("stack").EnumerateArray().Select(name => name.GetString()));
    }

    [Fact]
    public void What_probes_have_seen_is_by_kind_and_by_lock()
    {
        NamedUse[] uses = [LockRecords.Held(LockRecords.Use("config_mutex", 97, 3000, 7000)), LockRecords.Use(null, 5)];
        _readings.Read(LockRecords.Process.Bytes(), LockRecords.Totals(3000, 5000).Bytes(), LockRecords.Uses(102, 3000, 7000).Bytes());
        var locks = Parse(PortraitJson.One(_readings.Only, null, Details() with { Uses = uses })!).GetProperty("lock");
        Assert.Equal("exact", locks.GetProperty("mode").GetString());
        var (kinds, each) = (locks.GetProperty("exact").GetProperty("by_kind"), locks.GetProperty("exact").GetProperty("by_lock"));
        Assert.Equal(["mutex", "read", "write", "spin"], kinds.EnumerateObject().Select(kind => kind.Name));
        Assert.Equal(
            (102, 2, 1),
            (Number(kinds.GetProperty("mutex"), "acquisitions"), Number(kinds.GetProperty("mutex"), "contended"), Number(kinds.GetProperty("mutex"), "failed")));
        Assert.Equal((2, 13_000), (Number(kinds.GetProperty("mutex").GetProperty("acquire"), "count"), Number(kinds.GetProperty("mutex").GetProperty("acquire"), "time_ns")));
        Assert.Equal((97, "config_mutex", "0x5000", "mutex"), (Number(each[0], "acquisitions"), Text(each[0], "name"), Text(each[0], "address"), Text(each[0], "kind")));
        Assert.Equal((2, 10_000, 3000, 7000), Times(each[0].GetProperty("hold")));
        Assert.Equal((7, "t43"), (Number(each[0].GetProperty("holder"), "tid"), Text(each[0].GetProperty("longest_hold"), "comm")));
        Assert.Equal("pthread_mutex_unlock", each[0].GetProperty("longest_hold").GetProperty("stack")[0].GetString());
        Assert.False(each[1].TryGetProperty("holder", out _));
        Assert.False(each[1].TryGetProperty("longest_hold", out _));
        Assert.False(each[1].TryGetProperty("name", out _));
    }

    [Fact]
    public void Without_probes_there_is_nothing_of_them() => Assert.False(One().TryGetProperty("exact", out _));

    [Fact]
    public void A_longer_wait_than_the_one_that_was_looked_up_has_neither_its_owner_nor_its_stack()
    {
        var named = new NamedLock(null!, "m", new LockOwner(7, "t7"), 4000, ["main"], 4000);
        var figures = new LockFigures(0x5000, 1, LockKind.Mutex, default, 0, new LongestLockWait(4000, 41, "t41", 7));
        Assert.Equal((7, 1), (named.With(figures).LongestOwner?.Tid, named.With(figures).LongestStack.Count));
        var longer = named.With(figures with { Longest = new LongestLockWait(5000, 43, "t43", 41) });
        Assert.Null(longer.LongestOwner);
        Assert.Empty(longer.LongestStack);
    }

    [Fact]
    public void A_deadlock_has_each_thread_and_lock_and_stack()
    {
        var deadlock = One().GetProperty("deadlocks")[0];
        Assert.Equal(77, deadlock.GetProperty("found_ns").GetInt32());
        Assert.Equal(BootClock.ToUnix(LockRecords.Since + 1), deadlock.GetProperty("made_ns").GetUInt64());
        Assert.False(deadlock.TryGetProperty("ended_ns", out _));
        Assert.Equal(
            ["41 7 first main", "7 41 second main"],
            deadlock.GetProperty("threads").EnumerateArray().Select(thread =>
                $"{thread.GetProperty("tid")} {Owner(thread).Tid} {thread.GetProperty("name")} {thread.GetProperty("stack")[0]}"));
    }

    private static (int Tid, string? Comm) Owner(JsonElement json) =>
        (json.GetProperty("owner").GetProperty("tid").GetInt32(), json.GetProperty("owner").GetProperty("comm").GetString());

    private static int Number(JsonElement json, string name) => json.GetProperty(name).GetInt32();

    private static string? Text(JsonElement json, string name) => json.GetProperty(name).GetString();

    private static (int Count, int Sum, int Min, int Max) Times(JsonElement json) =>
        (Number(json, "count"), Number(json, "time_ns"), Number(json, "min_ns"), Number(json, "max_ns"));

    private JsonElement One(params LockWait[] waits)
    {
        _readings.Read(LockRecords.Process.Bytes(), LockRecords.Totals(3000, 5000).Bytes());
        return Parse(PortraitJson.One(_readings.Only, null, Details(waits))!).GetProperty("lock");
    }

    private static LockDetails Details(params LockWait[] waits)
    {
        var figures = new LockFigures(0x5000, 1, LockKind.Mutex, Records.Waits(3000, 5000), 0, new LongestLockWait(5000, 41, "t41", 7));
        return new LockDetails(
            [new NamedLock(figures, "config_mutex", new LockOwner(7, "t7"), 5000, ["lll_lock_wait", "main"], 5000)],
            [],
            waits,
            new Dictionary<ulong, string> { [0x5000] = "config_mutex" },
            [new Deadlocked(77, 41, [Thread(41, 7, "first"), Thread(7, 41, "second")], 0)],
            LockRecords.Since + 1 + 3_100_000_000);
    }

    private static DeadlockedThread Thread(int tid, int owner, string name) => new(LockRecords.Wait(tid, owner), name, ["main"]);

    private static JsonElement Parse(byte[] json) => JsonDocument.Parse(json).RootElement;
}
