using System.Text.Json;

namespace ProcImage.Tests.Kernel;

/// <summary>Policies side by side, changed and removed.</summary>
public sealed class PolicyTests(ITestOutputHelper log) : KernelTest(log)
{
    private const string Delay = "proc_image_sched_delay_seconds_sum";
    private const string Count = "proc_image_sched_delay_seconds_count";
    private const string Cpu = "proc_image_process_cpu_seconds_total";

    [Fact]
    public void Of_two_policies_one_is_removed_and_the_other_goes_on()
    {
        var (removed, kept) = (Start("naps", 1009), Start("naps", 1009));
        Loader.Control("-rS", "-P", $"{removed.Pid}");
        Loader.Control("-rS", "-P", $"{kept.Pid}");
        var before = Proc.ProcessSchedStat(kept.Pid);
        removed.Go();
        kept.Go();
        string frozen = Loader.Scrape().Of(removed.Pid).One(Delay).Text;
        Loader.Control("-d", "-P", $"{removed.Pid}");
        removed.Go();
        kept.Go();
        var found = Loader.Scrape();
        var expected = Proc.ProcessSchedStat(kept.Pid) - before;
        Assert.Equal(expected.Delay, found.Of(kept.Pid).Nanoseconds(Delay));
        Assert.Equal(expected.Count, found.Of(kept.Pid).Value(Count));
        Assert.All(found.Of(removed.Pid).All.Where(series => series.Name == Delay),
            series => Assert.Equal(frozen, series.Text));
    }

    [Fact]
    public void Without_a_target_deactivation_removes_them_all_and_names_them()
    {
        var (one, other) = (Start("naps", 11), Start("naps", 11));
        Loader.Control("-rS", "-P", $"{one.Pid}");
        Loader.Control("-r", "-P", $"{other.Pid}");
        string answer = Loader.Control("-d");
        Assert.Contains($"{one.Pid}", answer, StringComparison.Ordinal);
        Assert.Contains($"{other.Pid}", answer, StringComparison.Ordinal);
        Assert.Equal(0, Policies().GetArrayLength());
        Assert.Equal(0, Loader.Scrape().Value("proc_image_policies"));
    }

    [Fact]
    public void One_image_is_deactivated_and_the_other_goes_on()
    {
        var naps = Start("naps", 1009);
        Loader.Control("-rS", "-P", $"{naps.Pid}");
        naps.Go();
        string frozen = Loader.Scrape().Of(naps.Pid).One(Delay).Text;
        Loader.Control("-dS", "-P", $"{naps.Pid}");
        Assert.Equal(["resource"], Images(Policies()[0]));
        naps.Go();
        var found = Loader.Scrape().Of(naps.Pid);
        Assert.All(found.All.Where(series => series.Name == Delay), series => Assert.Equal(frozen, series.Text));
        Assert.Equal(
            Proc.ProcessSchedStat(naps.Pid).RunTime,
            found.Nanoseconds(Cpu, ("mode", "user")) + found.Nanoseconds(Cpu, ("mode", "system")));
    }

    [Fact]
    public void Activation_of_a_target_again_adds_the_image_and_those_that_run_go_on()
    {
        var naps = Start("naps", 1009);
        Loader.Control("-S", "-P", $"{naps.Pid}");
        var before = Proc.ProcessSchedStat(naps.Pid);
        naps.Go();
        string answer = Loader.Control("-r", "-t60", "-P", $"{naps.Pid}");
        Assert.StartsWith("changed policy 1", answer, StringComparison.Ordinal);
        Assert.Contains("+resource, deadline 60 s", answer, StringComparison.Ordinal);
        Assert.Equal(["resource", "schedule"], Images(Assert.Single(Policies().EnumerateArray())));
        naps.Go();
        var found = Loader.Scrape().Of(naps.Pid);
        Assert.Equal((Proc.ProcessSchedStat(naps.Pid) - before).Delay, found.Nanoseconds(Delay));
        Assert.True(found.Has(Cpu));
    }

    [Fact]
    public void Activation_afresh_begins_at_zero()
    {
        var naps = Start("naps", 1009);
        Loader.Control("-S", "-P", $"{naps.Pid}");
        naps.Go();
        Loader.Control("-d", "-P", $"{naps.Pid}");
        Loader.Control("-S", "-P", $"{naps.Pid}");
        var before = Proc.ProcessSchedStat(naps.Pid);
        naps.Go();
        var found = Loader.Scrape().Of(naps.Pid);
        var expected = Proc.ProcessSchedStat(naps.Pid) - before;
        Assert.Equal(expected.Delay, found.Nanoseconds(Delay));
        Assert.Equal(expected.Count, found.Value(Count));
    }

    [Fact]
    public void A_policy_whose_target_has_died_is_shown_as_ended()
    {
        var naps = Start("naps", 11);
        Loader.Control("-r", "-P", $"{naps.Pid}");
        naps.End();
        Eventually.True(() => Policies()[0].GetProperty("ended").GetBoolean(), "the policy has ended");
        Assert.Contains("ended", Loader.Control("--status"), StringComparison.Ordinal);
    }

    [Fact]
    public void Status_is_the_object_that_was_agreed()
    {
        var hogs = Start("hogs", 4, -1, 11);
        Loader.Control("-r", "-k1", "-t60", "-P", $"{hogs.Pid}");
        var status = Loader.Status();
        Assert.Equal(
            Loader.Scrape().One("proc_image_build_info").Labels["abi"], $"{status.GetProperty("abi").GetInt32()}");
        Assert.Equal(Loader.Pid, status.GetProperty("loader").GetProperty("pid").GetInt32());
        Assert.True(status.GetProperty("loader").GetProperty("alive").GetBoolean());
        Assert.Equal(["keytime", "lock", "resource", "syscall", "schedule"], Texts(status.GetProperty("preloaded")));
        Assert.True(status.GetProperty("attached").GetBoolean());
        var policy = Assert.Single(status.GetProperty("policies").EnumerateArray());
        Assert.Equal(1, policy.GetProperty("id").GetInt32());
        Assert.Equal("process", policy.GetProperty("target").GetProperty("kind").GetString());
        Assert.Equal(hogs.Pid, policy.GetProperty("target").GetProperty("id").GetInt32());
        Assert.Equal("hogs", policy.GetProperty("target").GetProperty("comm").GetString());
        Assert.Equal(["keytime", "resource"], Images(policy));
        Assert.Equal(1, policy.GetProperty("keytime_level").GetInt32());
        Assert.False(policy.GetProperty("follow").GetBoolean());
        Assert.False(policy.GetProperty("include_self").GetBoolean());
        Assert.InRange(policy.GetProperty("expires_in_seconds").GetDouble(), 50, 60);
        Assert.Equal(5, policy.GetProperty("tasks").GetInt32());
        Assert.All(status.GetProperty("losses").EnumerateObject(), loss => Assert.Equal(0, loss.Value.GetInt64()));
    }

    private JsonElement Policies() => Loader.Status().GetProperty("policies");

    private static IEnumerable<string?> Images(JsonElement policy) => Texts(policy.GetProperty("images"));

    private static IEnumerable<string?> Texts(JsonElement array) =>
        array.EnumerateArray().Select(text => text.GetString());
}
