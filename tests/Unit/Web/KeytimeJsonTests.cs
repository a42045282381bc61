using System.Text.Json;
using ProcImage.Abi;
using ProcImage.Tests.Unit.Imaging;
using ProcImage.Web;

namespace ProcImage.Tests.Unit.Web;

public class KeytimeJsonTests
{
    private readonly Readings _readings = new();

    [Fact]
    public void Counts_and_times_by_state()
    {
        var keytime = Living(Records.Times(11) with { Forks = 7, Vforks = 5, Threads = 13, Execs = 3 }).GetProperty("keytime");
        Assert.Equal(_readings.Only.KeytimesCreated, Number(keytime, "since_ns"));
        Assert.Equal((7UL, 5UL, 13UL, 3UL), (
            Number(keytime, "forks"), Number(keytime, "vforks"), Number(keytime, "threads_started"), Number(keytime, "execs")));
        Assert.Equal(_readings.Only.LedgerCreated, Number(keytime, "ledger_since_ns"));
        Assert.Equal(
            [("running", 11UL), ("stolen", 22UL), ("runnable", 33UL), ("sleeping", 44UL), ("disk", 55UL), ("stopped", 66UL)],
            keytime.GetProperty("state_ns").EnumerateObject().Select(state => (state.Name, state.Value.GetUInt64())));
        Assert.Equal((0, 0UL), (keytime.GetProperty("events").GetArrayLength(), Number(keytime, "events_dropped")));
    }

    [Fact]
    public void Without_the_ledger_there_is_no_time_and_while_it_lives_no_death()
    {
        _readings.Read((Records.KeytimeOnly with { LedgerSince = 0 }).Bytes(null, new KeytimeStats()));
        var json = One();
        Assert.Equal("keytime", Assert.Single(json.GetProperty("images").EnumerateArray()).GetString());
        AssertLacks(json.GetProperty("keytime"), "state_ns", "ledger_since_ns", "born");
        AssertLacks(json, "death", "resource", "schedule");
    }

    [Fact]
    public void Without_the_image_there_is_neither()
    {
        _readings.Receive(Records.Final.Bytes(Records.Waits(3000)));
        AssertLacks(One(), "keytime", "death");
    }

    [Fact]
    public void A_list_is_without_events()
    {
        _readings.Receive(Events.Rename.Bytes());
        var keytime = Parse(PortraitJson.List(_readings.Table.Portraits)).GetProperty("processes")[0].GetProperty("keytime");
        AssertLacks(keytime, "events", "events_dropped", "since_ns");
        Assert.Equal(0UL, Number(keytime, "forks"));
    }

    [Fact]
    public void Each_event_has_what_its_kind_adds()
    {
        foreach (var bytes in new[]
        {
            Events.Fork.Bytes(),
            (Events.Fork with { Event = Events.Of(EventKind.Vfork) }).Bytes(),
            Events.Clone.Bytes(),
            Events.Exec("/bin/true", "true", "a\n").Bytes(),
            Events.Rename.Bytes(),
            Events.Exit.Bytes(),
            Events.Oom.Bytes(),
            Records.Killed.Bytes(null, new KeytimeStats(), default(DeathCause)),
        })
            _readings.Receive(bytes);
        var start = _readings.Only.StartTime;
        var at = start + (Events.Time - Records.StartId);
        var page = Environment.SystemPageSize;
        var events = One().GetProperty("keytime").GetProperty("events").EnumerateArray().Select(each => each.GetRawText());
        var child = $"\"child\":4253,\"child_start_id\":\"{Events.ChildStartId}\",\"child_comm\":\"redis-server\",\"flags\":\"0x1200011\"";
        var head = $"{{\"time_ns\":{at},\"tid\":4241,\"event\":";
        Assert.Equal(
            [
                $"{head}\"fork\",{child}}}",
                $"{head}\"vfork\",{child}}}",
                $"{head}\"clone\",{child}}}",
                $"{head}\"exec\",\"old_tid\":4241,\"file\":\"/bin/true\",\"arguments\":[\"true\",\"a\\n\"],\"cut\":false}}",
                $"{head}\"rename\",\"before\":\"redis-server\",\"after\":\"worker\"}}",
                $"{{\"time_ns\":{at},\"tid\":4243,\"event\":\"exit\",\"status\":{{\"exit_code\":7,\"signal\":0}}}}",
                $"{head}\"oom\",\"trigger\":{{\"pid\":4251,\"comm\":\"stress\"}},\"cgroup\":\"/a/b\",\"resident_bytes\":{101 * page},"
                    + $"\"virtual_bytes\":{211 * page},\"score_adjustment\":-17}}",
                $"{{\"time_ns\":{start + 5_000_000_011},\"tid\":4241,\"event\":\"death\",\"exit_code\":0,\"signal\":15}}",
            ],
            events);
    }

    [Fact]
    public void Who_was_born_under_the_image_says_of_whom()
    {
        _readings.Receive((Events.Birth with { Event = Events.Of(EventKind.Vfork, whose: EventFlag.OfChild) }).Bytes());
        var keytime = One().GetProperty("keytime");
        var born = keytime.GetProperty("born");
        Assert.Equal(("vfork", 4241UL), (born.GetProperty("kind").GetString(), Number(born, "parent")));
        var first = keytime.GetProperty("events")[0];
        Assert.Equal(("born", "vfork", 4241UL), (first.GetProperty("event").GetString(), first.GetProperty("kind").GetString(), Number(first, "parent")));
        Assert.Equal(Number(born, "time_ns"), Number(first, "time_ns"));
    }

    [Fact]
    public void A_death_by_a_signal_says_who_has_sent_it()
    {
        var cause = new DeathCause
        {
            Signal = 15,
            Origin = Origin.Kill,
            Sender = 1234,
            SenderUid = 1009,
            SenderComm = Records.Name("bash"),
            Time = Records.StartId + 4_000_000_007,
        };
        var death = Death(Records.Killed, cause);
        Assert.Equal(
            (5_000_000_011UL, 0UL, 15UL, "SIGTERM", false, "signal", "kill", 0UL),
            (Number(death, "lifetime_ns"),
            Number(death, "exit_code"),
            Number(death, "signal"),
            Text(death, "signal_name"),
            death.GetProperty("core_dumped").GetBoolean(),
            Text(death, "cause"),
            Text(death, "origin"),
            Number(death, "si_code")));
        Assert.Equal(_readings.Only.StartTime + 5_000_000_011, Number(death, "time_ns"));
        Assert.Equal(_readings.Only.StartTime + 4_000_000_007, Number(death, "signal_time_ns"));
        Assert.Equal("{\"pid\":1234,\"comm\":\"bash\",\"uid\":1009}", death.GetProperty("sender").GetRawText());
        AssertLacks(death, "address", "oom");
        Assert.True(death.GetProperty("complete").GetBoolean());
    }

    [Fact]
    public void A_death_by_a_fault_says_where()
    {
        var death = Death(Records.Killed with { ExitCode = 11 | 0x80 }, new() { Signal = 11, Origin = Origin.Fault, HasAddress = 1, Code = 1, Address = 0x10 });
        Assert.Equal(("SIGSEGV", "fault", "0x10"), (Text(death, "signal_name"), Text(death, "origin"), Text(death, "address")));
        Assert.True(death.GetProperty("core_dumped").GetBoolean());
        AssertLacks(death, "sender", "signal_time_ns");
    }

    [Fact]
    public void An_exit_has_no_signal()
    {
        var death = Death(Records.Killed with { ExitCode = 42 << 8 }, default);
        Assert.Equal((42UL, 0UL, "exit"), (Number(death, "exit_code"), Number(death, "signal"), Text(death, "cause")));
        AssertLacks(death, "signal_name", "origin", "si_code", "sender", "address", "oom");
    }

    [Fact]
    public void The_totals_are_the_books_of_the_kernel()
    {
        var usage = new ResourceUsage
        {
            Runtime = 2,
            VoluntarySwitches = 3,
            InvoluntarySwitches = 5,
            MinorFaults = 7,
            MajorFaults = 11,
            ReadChars = 13,
            WrittenChars = 17,
            ReadBytes = 19,
            WrittenBytes = 23,
        };
        Assert.Equal(
            "{\"cpu_ns\":2,\"voluntary_switches\":3,\"involuntary_switches\":5,\"minor_faults\":7,\"major_faults\":11,"
                + "\"read_chars\":13,\"written_chars\":17,\"read_bytes\":19,\"written_bytes\":23}",
            Death(Records.Killed with { Gone = usage }, default).GetProperty("totals").GetRawText());
    }

    [Fact]
    public void A_death_for_want_of_memory_says_whose()
    {
        _readings.Receive(Events.Oom.Bytes());
        var header = Records.Head(RecordType.FinalProcess, RecordFlag.Dead | RecordFlag.Oom);
        var death = Death(Records.Killed with { Header = header, ExitCode = 9 }, new() { Signal = 9, Origin = Origin.Kernel, Code = 128 });
        Assert.Equal(("oom", "kernel"), (Text(death, "cause"), Text(death, "origin")));
        Assert.Equal((4251UL, "/a/b"), (Number(death.GetProperty("oom").GetProperty("trigger"), "pid"), Text(death.GetProperty("oom"), "cgroup")));
    }

    [Fact]
    public void What_is_not_complete_says_what_was_lost()
    {
        var incomplete = Records.Killed with { Header = Records.Head(RecordType.FinalProcess, RecordFlag.Dead | RecordFlag.Incomplete) };
        AssertLost(Death(incomplete, default), "thread_or_event");
        AssertLost(One(), "thread_or_event");
    }

    [Fact]
    public void What_lacks_its_final_record_says_so()
    {
        var header = Records.Head(RecordType.Death, RecordFlag.Dead | RecordFlag.Incomplete);
        AssertLacks(Death(Records.Killed with { Header = Records.Head(RecordType.Death, RecordFlag.Dead) }, default), "losses");
        _readings.Identity = null;
        _readings.Read().Wait(3).Read();
        AssertLost(One().GetProperty("death"), "final_record");
        AssertLost(One(), "final_record");
        _readings.Receive((Records.Killed with { Header = header }).Bytes(null, new KeytimeStats(), default(DeathCause)));
        AssertLost(One().GetProperty("death"), "final_record", "thread_or_event");
    }

    private static void AssertLost(JsonElement json, params string[] losses)
    {
        Assert.False(json.GetProperty("complete").GetBoolean());
        Assert.Equal(losses, json.GetProperty("losses").EnumerateArray().Select(loss => loss.GetString()));
    }

    private static void AssertLacks(JsonElement json, params string[] names) =>
        Assert.All(names, name => Assert.False(json.TryGetProperty(name, out var there), $"{name} is {there}"));

    private static ulong Number(JsonElement json, string name) => json.GetProperty(name).GetUInt64();

    private static string? Text(JsonElement json, string name) => json.GetProperty(name).GetString();

    private static JsonElement Parse(byte[] json) => JsonDocument.Parse(json).RootElement;

    private JsonElement One() => Parse(PortraitJson.One(_readings.Only, null)!);

    private JsonElement Living(KeytimeStats stats)
    {
        _readings.Read(Records.KeytimeOnly.Bytes(null, stats));
        return One();
    }

    private JsonElement Death(ProcessRecord record, DeathCause cause)
    {
        _readings.Receive(record.Bytes(null, new KeytimeStats(), cause));
        return One().GetProperty("death");
    }
}
