using System.Text.Json;
using ProcImage.Abi;
using ProcImage.Imaging;
using ProcImage.Tests.Unit.Imaging;
using ProcImage.Web;

namespace ProcImage.Tests.Unit.Web;

public class SyscallJsonTests
{
    private const ImageSet Images = ImageSet.Syscall;
    private static readonly ProcessRecord _process =
        Records.Process with { Images = Images, Kept = Images, SyscallSince = CallRecords.Since };

    private readonly Readings _readings = new();

    [Fact]
    public void A_list_has_totals_and_the_first_three()
    {
        var syscall = List(_process.Bytes(), CallRecords.Bytes(CallRecords.Process));
        Assert.Equal((23, 7), (syscall.GetProperty("calls").GetInt32(), syscall.GetProperty("errors").GetInt32()));
        Assert.Equal(["openat", "read", "write"], Texts(syscall, "most_frequent"));
        Assert.Equal(["write", "openat", "read"], Texts(syscall, "costliest"));
        Assert.False(syscall.TryGetProperty("by_call", out _));
        Assert.False(syscall.TryGetProperty("threads", out _));
    }

    [Fact]
    public void Who_has_called_nothing_yet_has_zeros()
    {
        var syscall = List(_process.Bytes());
        Assert.Equal(0, syscall.GetProperty("latency").GetProperty("min_ns").GetInt32());
        Assert.Empty(Texts(syscall, "costliest"));
    }

    [Fact]
    public void One_has_each_call_with_its_errors_by_name()
    {
        var syscall = One([], _process.Bytes(), CallRecords.Bytes(CallRecords.Process));
        var openat = syscall.GetProperty("by_call").EnumerateArray().Single(call => call.GetProperty("name").GetString() == "openat");
        Assert.Equal(13, openat.GetProperty("count").GetInt32());
        Assert.Equal("""{"ENOENT":5,"EACCES":2}""", openat.GetProperty("errnos").GetRawText());
    }

    [Fact]
    public void Each_thread_says_what_it_is_in_and_what_it_has_called_last()
    {
        var inside = CallRecords.Sequence(3, with: record => record with { Kind = CallKind.Native, Number = 202 });
        var thread = One([CallSequence.Read(inside, 2, 0)], _process.Bytes()).GetProperty("threads")[0];
        Assert.Equal("futex", thread.GetProperty("inside").GetProperty("name").GetString());
        Assert.False(thread.GetProperty("inside").TryGetProperty("time_ns", out _)); // its beginning was not seen
        Assert.Equal(["write 1", "open 2"], thread.GetProperty("sequence").EnumerateArray()
            .Select(call => $"{call.GetProperty("name").GetString()} {call.GetProperty("result").GetString()}"));
    }

    [Fact]
    public void The_dead_say_what_they_died_in()
    {
        var record = CallRecords.Process;
        record.AtDeath[0] = new CallAtDeath { Tid = 4241, Number = 230, Kind = CallKind.Native, Time = 7 };
        _readings.Receive(CallRecords.Bytes(record));
        _readings.Receive((Records.Final with { Images = Images, Kept = Images, SyscallSince = CallRecords.Since }).Bytes());
        var last = Parse(PortraitJson.One(_readings.Only, null)!).GetProperty("syscall").GetProperty("at_death")[0];
        Assert.Equal(("clock_nanosleep", 7), (last.GetProperty("name").GetString(), last.GetProperty("time_ns").GetInt32()));
    }

    private static IEnumerable<string?> Texts(JsonElement json, string name) =>
        json.GetProperty(name).EnumerateArray().Select(text => text.GetString());

    private JsonElement List(params byte[][] records) =>
        Parse(PortraitJson.List(_readings.Read(records).Table.Portraits)).GetProperty("processes")[0].GetProperty("syscall");

    private JsonElement One(IReadOnlyList<CallSequence> threads, params byte[][] records) =>
        Parse(PortraitJson.One(_readings.Read(records).Only, new CallDetails(threads, null))!).GetProperty("syscall");

    private static JsonElement Parse(byte[] json) => JsonDocument.Parse(json).RootElement;
}
