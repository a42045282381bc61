using System.Text.Json;
using ProcImage.Abi;
using ProcImage.Imaging;
using ProcImage.Tests.Unit.Imaging;
using ProcImage.Web;

namespace ProcImage.Tests.Unit.Web;

public class PortraitJsonTests
{
    private const ulong NotADouble = 9_007_199_254_740_993;
    private readonly Readings _readings = new();

    [Fact]
    public void A_portrait_says_whose_it_is()
    {
        var json = One(_readings.Read(Records.Process.Bytes()));
        Assert.Equal(4241, json.GetProperty("tgid").GetInt32());
        Assert.Equal("70000000007", json.GetProperty("start_id").GetString());
        Assert.Equal("redis-server", json.GetProperty("comm").GetString());
        Assert.Equal("/usr/bin/redis-server", json.GetProperty("exe").GetString());
        Assert.Equal("/system.slice/redis.service", json.GetProperty("cgroup").GetString());
        Assert.Equal(1, json.GetProperty("parent").GetInt32());
        Assert.Equal(["resource", "schedule"], json.GetProperty("images").EnumerateArray().Select(image => image.GetString()));
        Assert.True(json.GetProperty("complete").GetBoolean());
        Assert.Equal("alive", json.GetProperty("state").GetString());
        Assert.False(json.TryGetProperty("tid", out _));
        Assert.False(json.TryGetProperty("exit_code", out _));
    }

    [Fact]
    public void Figures_are_whole_numbers_that_no_double_has_rounded()
    {
        var json = One(_readings.Read((Records.Process with { Gone = new() { Runtime = NotADouble, ReadBytes = NotADouble } }).Bytes()));
        Assert.Equal(NotADouble, json.GetProperty("resource").GetProperty("cpu_user_ns").GetUInt64());
        Assert.Equal(NotADouble, json.GetProperty("resource").GetProperty("read_bytes").GetUInt64());
    }

    [Fact]
    public void Delays_have_a_bucket_for_each_bound_and_one_above()
    {
        var schedule = One(_readings.Read(Records.Process.Bytes(Records.Waits(3000, 5000)))).GetProperty("schedule");
        var buckets = schedule.GetProperty("delay_buckets").EnumerateArray().Select(bucket => bucket.GetUInt64()).ToList();
        Assert.Equal(Limits.HistogramBuckets, buckets.Count);
        Assert.Equal([0UL, 1UL, 1UL], buckets.Take(3));
        Assert.Equal(
            (2UL, 8000UL, 3000UL, 5000UL),
            (Number(schedule, "delay_count"), Number(schedule, "delay_sum_ns"), Number(schedule, "delay_min_ns"), Number(schedule, "delay_max_ns")));
    }

    [Fact]
    public void Without_waits_the_shortest_is_0()
    {
        var schedule = One(_readings.Read(Records.Process.Bytes(Records.Waits()))).GetProperty("schedule");
        Assert.Equal(0UL, Number(schedule, "delay_min_ns"));
    }

    [Fact]
    public void The_dead_have_an_exit()
    {
        var json = One(_readings.Receive(Records.Final.Bytes()));
        Assert.Equal("dead", json.GetProperty("state").GetString());
        Assert.Equal((3UL, 0UL), (Number(json, "exit_code"), Number(json, "exit_signal")));
        Assert.True(Number(json, "exit_time_ns") > Number(json, "start_time_ns"));
    }

    [Fact]
    public void Who_died_before_it_was_imaged_has_no_time_of_exit()
    {
        var json = One(_readings.Receive((Records.Final with { ExitTime = 0 }).Bytes()));
        Assert.Equal("dead", json.GetProperty("state").GetString());
        Assert.False(json.TryGetProperty("exit_time_ns", out var time), $"it is {time}");
    }

    [Fact]
    public void The_frozen_have_delays_alone()
    {
        var json = One(_readings.Read(Records.Process.Bytes()).Read(Records.Frozen.Bytes()));
        Assert.Equal("frozen", json.GetProperty("state").GetString());
        Assert.Empty(json.GetProperty("images").EnumerateArray());
        Assert.True(json.TryGetProperty("schedule", out _));
        Assert.False(json.TryGetProperty("resource", out _));
    }

    [Fact]
    public void A_thread_that_is_a_target_has_its_tid()
    {
        var json = One(_readings.Read(Records.Target.Bytes()));
        Assert.Equal((4241UL, 4243UL), (Number(json, "tgid"), Number(json, "tid")));
    }

    [Fact]
    public void A_list_is_in_the_order_of_pids_and_without_those_who_have_nothing_to_show()
    {
        var hidden = Records.Process with { Tgid = 5, Images = ImageSet.None, Kept = ImageSet.None };
        _readings.Read((Records.Process with { Tgid = 11 }).Bytes(), (Records.Process with { Tgid = 7 }).Bytes(), hidden.Bytes());
        var list = Parse(PortraitJson.List(_readings.Table.Portraits)).GetProperty("processes");
        Assert.Equal([7, 11], list.EnumerateArray().Select(each => each.GetProperty("tgid").GetInt32()));
    }

    [Fact]
    public void Nobody_and_who_has_nothing_to_show_are_no_portrait()
    {
        Assert.Null(PortraitJson.One(null, null));
        Assert.Null(PortraitJson.One(new Portrait(new Subject(7, 0, 11)), null));
    }

    [Theory]
    [InlineData(new byte[] { 0xff, (byte)'"', (byte)'\n', 1 }, "\ufffd\"\n\u0001")]
    [InlineData(new byte[] { (byte)'<', (byte)'/', (byte)'b', (byte)'>' }, "</b>")]
    public void Any_name_survives(byte[] name, string shown) =>
        Assert.Equal(shown, One(_readings.Read((Records.Process with { Comm = Records.Name(name) }).Bytes())).GetProperty("comm").GetString());

    private static ulong Number(JsonElement json, string name) => json.GetProperty(name).GetUInt64();

    private static JsonElement One(Readings readings) => Parse(PortraitJson.One(readings.Only, null)!);

    private static JsonElement Parse(byte[] json) => JsonDocument.Parse(json).RootElement;
}
