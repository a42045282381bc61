namespace ProcImage.Tests.Kernel;

/// <summary>The idle task of a CPU, which no list of tasks has.</summary>
public sealed class IdleTaskTests(ITestOutputHelper log) : KernelTest(log)
{
    private const string Time = "proc_image_idle_task_seconds_total";
    private const string Switches = "proc_image_idle_task_context_switches_total";

    [Fact]
    public void It_has_the_idle_time_of_its_CPU_and_no_other_CPU_is_shown()
    {
        string answer = Loader.Control("-r", "-p0", "-c1");
        Assert.Equal("imaging the idle task of CPU 1: resource\n", answer);
        var before = Proc.IdleTicks(1);
        var found = Loader.Scrape().Named("proc_image_idle_task");
        var after = Proc.IdleTicks(1);
        Assert.Equal("swapper/1", found.One("proc_image_idle_task_info").Labels["comm"]);
        AssertTicks(before.Idle, found.Nanoseconds(Time, ("mode", "idle")), after.Idle);
        AssertTicks(before.Iowait, found.Nanoseconds(Time, ("mode", "iowait")), after.Iowait);
        Assert.All(found.All, series => Assert.True(series.Has("cpu", "1")));
    }

    [Fact]
    public void Its_CPU_leaves_it_for_who_wakes_there()
    {
        Loader.Control("-r", "-p0", "-c1");
        decimal before = Loader.Scrape().Value(Switches);
        Eventually.True(() => Loader.Scrape().Value(Switches) > before, "somebody has woken on CPU 1");
    }

    [Fact]
    public void Its_policy_stands_in_the_status_and_goes_as_others_do()
    {
        Loader.Control("-r", "-p0", "-c0");
        var policy = Loader.Status().GetProperty("policies")[0];
        Assert.Equal("idle", policy.GetProperty("target").GetProperty("kind").GetString());
        Assert.Equal(0, policy.GetProperty("target").GetProperty("id").GetInt32());
        Assert.Equal(1, policy.GetProperty("tasks").GetInt32());
        Assert.Contains("the idle task of CPU 0", Loader.Control("--status"), StringComparison.Ordinal);
        Loader.Control("-d", "-p0", "-c0");
        Assert.Equal(0, Loader.Status().GetProperty("policies").GetArrayLength());
        Assert.Empty(Loader.Scrape().Named("proc_image_idle_task").All);
    }

    [Fact]
    public void After_its_deadline_it_is_gone()
    {
        Loader.Control("-r", "-p0", "-c0", "-t1");
        Assert.True(Loader.Scrape().Has(Switches));
        Eventually.True(() => !Loader.Scrape().Has(Switches), "the series have ended");
    }

    [Theory]
    [InlineData(1, "there is no CPU 4095 at work; these are: ", "-r", "-p0", "-c4095")]
    [InlineData(2, "an idle task never waits for a CPU", "-S", "-p0", "-c0")]
    [InlineData(2, "say of which one", "-r", "-p0")]
    [InlineData(2, "goes with -p 0 only", "-r", "-c0")]
    [InlineData(1, "no policy names the idle task of CPU 0", "-d", "-p0", "-c0")]
    public void What_it_cannot_have_is_refused(int status, string reason, params string[] arguments)
    {
        var ran = Loader.Controller(arguments);
        ran.AssertRefused(status);
        Assert.Contains(reason, ran.Error, StringComparison.Ordinal);
        Assert.Equal(0, Loader.Status().GetProperty("policies").GetArrayLength());
    }

    private static void AssertTicks(long before, long nanoseconds, long after) =>
        Assert.InRange(nanoseconds, before * 10_000_000, after * 10_000_000);
}
