using System.Globalization;
using System.Text.RegularExpressions;

namespace ProcImage.Tests.Kernel;

/// <summary>Without a target every process is imaged, those that start later included.</summary>
public sealed partial class AllTargetTests(ITestOutputHelper log, SharedLoader shared)
    : KernelTest(log, shared), IClassFixture<SharedLoader>
{
    [Fact]
    public void The_answer_says_how_many()
    {
        int before = Proc.Processes().Count;
        string answer = Loader.Control("-r");
        int said = int.Parse(ProcessCount().Match(answer).Groups[1].Value, CultureInfo.InvariantCulture);
        // The loader and the controller are not among them, and others come and go meanwhile.
        Assert.InRange(said, before - 20, before + 20);
    }

    [Fact]
    public void A_process_that_starts_later_is_imaged_from_its_first_moment()
    {
        Loader.Control("-rS");
        var naps = Start("naps", 1009);
        naps.Go();
        var found = Loader.Scrape().Of(naps.Pid);
        Assert.Equal(Proc.ProcessSchedStat(naps.Pid).Delay, found.Nanoseconds("proc_image_sched_delay_seconds_sum"));
        Assert.Equal(Proc.ProcessSchedStat(naps.Pid).Count, found.Value("proc_image_sched_delay_seconds_count"));
    }

    [Fact]
    public void A_process_that_was_never_scraped_alive_leaves_its_final_figures()
    {
        Loader.Control("-rS");
        using var io = Workload.StartWaitedFor("io", 0);
        io.Go();
        var report = io.AwaitReport();
        var found = Eventually.Get(
            () => Loader.Scrape().Of(report.Pid), metrics => metrics.Has("proc_image_process_exit_time_seconds"));
        Assert.Equal(
            report.MinorFaults, found.Value("proc_image_process_page_faults_total", ("kind", "minor")));
    }

    [Fact]
    public void Short_lives_count_though_they_were_never_scraped()
    {
        const int lives = 23;
        Loader.Control("-rS");
        var before = Loader.Scrape();
        for (int life = 0; life < lives; life++)
            Ran.With("true").AssertDone();
        Eventually.True(
            () => Exits(Loader.Scrape()) >= Exits(before) + lives, $"{lives} more exits in proc_image_exits_total");
        Assert.InRange(Loader.Scrape().Value("proc_image_lifetime_seconds_count"), lives, decimal.MaxValue);
    }

    [Fact]
    public void Every_bucket_is_for_those_who_are_named_and_the_last_one_for_all()
    {
        var naps = Start("naps", 101);
        Loader.Control("-S");
        Loader.Control("-S", "-P", $"{naps.Pid}");
        var found = Loader.Scrape().Named("proc_image_sched_delay_seconds_bucket");
        Assert.Equal(25, found.Of(naps.Pid).All.Count);
        Assert.Equal("+Inf", Assert.Single(found.Of(Environment.ProcessId).All).Labels["le"]);
    }

    private static decimal Exits(Metrics metrics) =>
        metrics.Value("proc_image_exits_total", ("cause", "exit"));

    [GeneratedRegex(@"(\d+) processes")]
    private static partial Regex ProcessCount();
}
