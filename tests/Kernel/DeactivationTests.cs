using System.Text.Json;

namespace ProcImage.Tests.Kernel;

/// <summary>To take an image away from a policy neither wakes the policy up nor lengthens its life.</summary>
public sealed class DeactivationTests(ITestOutputHelper log) : KernelTest(log)
{
    private const string Count = "proc_image_sched_delay_seconds_count";

    [Fact]
    public void A_policy_that_has_ended_stays_ended()
    {
        var naps = Start("naps", 1009);
        Loader.Control("-rS", "-t1", "-P", $"{naps.Pid}");
        naps.Go();
        Eventually.True(() => LivePolicies() == 0, "the policy has ended");
        string frozen = Loader.Scrape().Of(naps.Pid).One(Count).Text;
        Loader.Control("-d", "-r", "-P", $"{naps.Pid}");
        Assert.Equal(0, LivePolicies());
        naps.Go();
        Assert.Equal(frozen, Loader.Scrape().Of(naps.Pid).One(Count).Text);
        Assert.Equal(0, LivePolicies());
    }

    [Fact]
    public void The_time_of_a_live_policy_runs_on()
    {
        var naps = Start("naps", 11);
        Loader.Control("-rS", "-t600", "-P", $"{naps.Pid}");
        Eventually.True(() => ExpiresIn() <= 598, "two seconds have passed");
        Loader.Control("-d", "-r", "-P", $"{naps.Pid}");
        Assert.InRange(ExpiresIn(), 500, 598);
        Assert.Equal("schedule", Assert.Single(Policies()[0].GetProperty("images").EnumerateArray()).GetString());
    }

    private int LivePolicies() => Policies().EnumerateArray().Count(policy => !policy.GetProperty("ended").GetBoolean());

    private double ExpiresIn() => Policies()[0].GetProperty("expires_in_seconds").GetDouble();

    private JsonElement Policies() => Loader.Status().GetProperty("policies");
}
