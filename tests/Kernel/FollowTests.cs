using System.Globalization;
using System.Text.Json;

namespace ProcImage.Tests.Kernel;

/// <summary>What a target starts, and what that starts, becomes a target.</summary>
public sealed class FollowTests(ITestOutputHelper log) : KernelTest(log)
{
    private const string Cpu = "proc_image_process_cpu_seconds_total";
    private const string Count = "proc_image_sched_delay_seconds_count";
    private const string Signal = "proc_image_process_exit_signal";
    private const string Complete = "proc_image_process_complete";
    private const string Death = "proc_image_process_exit_time_seconds";
    private readonly List<int> _descendants = [];

    [Theory]
    [InlineData("-P")]
    [InlineData("-p")]
    public void Every_thread_of_every_descendant_is_imaged_and_nobody_else(string target)
    {
        var (family, other) = (Start("family", 7, 3), Start("naps", 11));
        string answer = Loader.Control("-rS", "--follow", target, $"{family.Pid}");
        Assert.Contains("and what it starts", answer, StringComparison.Ordinal);
        StartDescendants(family);
        Assert.Equal(1 + (2 * _descendants.Count), Policy().GetProperty("tasks").GetInt32());
        Assert.True(Policy().GetProperty("follow").GetBoolean());
        var found = Loader.Scrape();
        Assert.All(_descendants, pid =>
        {
            var schedstat = Proc.ProcessSchedStat(pid);
            Assert.Equal(schedstat.RunTime,
                found.Of(pid).Nanoseconds(Cpu, ("mode", "user")) + found.Of(pid).Nanoseconds(Cpu, ("mode", "system")));
            Assert.Equal(schedstat.Count, found.Of(pid).Value(Count));
            Assert.Equal(2, found.Of(pid).Value("proc_image_process_threads"));
        });
        Assert.Empty(found.Of(other.Pid).All);
    }

    [Fact]
    public void Without_it_the_target_alone_is_imaged()
    {
        var family = Start("family", 3, 2);
        Loader.Control("-rS", "-P", $"{family.Pid}");
        StartDescendants(family);
        Assert.Equal(1, Policy().GetProperty("tasks").GetInt32());
        var found = Loader.Scrape();
        Assert.All(_descendants, pid => Assert.Empty(found.Of(pid).All));
    }

    [Fact]
    public void Activated_again_without_it_the_descendants_are_let_go()
    {
        var family = Start("family", 3, 2);
        Loader.Control("-rS", "--follow", "-P", $"{family.Pid}");
        StartDescendants(family);
        Loader.Control("-r", "-P", $"{family.Pid}");
        Assert.Equal(1, Policy().GetProperty("tasks").GetInt32());
        Assert.Single(Loader.Scrape().All, series => series.Name == Cpu && series.Has("mode", "user"));
    }

    [Fact]
    public void The_policy_outlives_its_target_and_ends_with_the_last_descendant()
    {
        var family = Start("family", 3, 2);
        Loader.Control("-rS", "--follow", "-P", $"{family.Pid}");
        StartDescendants(family);
        Assert.Equal(0, family.End());
        Eventually.True(() => Loader.Scrape().Of(family.Pid).Has(Death), "the target is dead");
        Thread.Sleep(TimeSpan.FromMilliseconds(200));
        Assert.False(Policy().GetProperty("ended").GetBoolean());
        Assert.Equal(2 * _descendants.Count, Policy().GetProperty("tasks").GetInt32());
        KillDescendants();
        Eventually.True(() => Policy().GetProperty("ended").GetBoolean(), "the policy has ended");
        var found = Loader.Scrape();
        Assert.All(_descendants, pid =>
            Assert.Equal(Signals.Kill, found.Of(pid).Value(Signal)));
        Assert.Equal(0, found.Value("proc_image_policies"));
    }

    [Fact]
    public void After_the_deadline_a_descendant_starts_nothing_that_is_imaged()
    {
        var family = Start("family", 3, 2);
        Loader.Control("-rS", "--follow", "-t1", "-P", $"{family.Pid}");
        Eventually.True(() => Policy().GetProperty("ended").GetBoolean(), "the deadline has passed");
        StartDescendants(family);
        Assert.Equal(0, Policy().GetProperty("tasks").GetInt32());
        var found = Loader.Scrape();
        Assert.All(_descendants, pid => Assert.Empty(found.Of(pid).All));
    }

    [Fact]
    public void A_descendant_that_is_a_target_too_has_the_images_of_both()
    {
        var family = Start("family", 3, 0);
        Loader.Control("-r", "--follow", "-P", $"{family.Pid}");
        StartDescendants(family);
        Loader.Control("-S", "-P", $"{_descendants[1]}");
        var found = Loader.Scrape();
        Assert.True(found.Of(_descendants[1]).Has(Count) && found.Of(_descendants[1]).Has(Cpu));
        Assert.False(found.Of(_descendants[0]).Has(Count));
        Loader.Control("-d", "-P", $"{family.Pid}");
        Assert.False(Loader.Scrape().Of(_descendants[0]).Has(Cpu));
        Assert.True(Loader.Scrape().Of(_descendants[1]).Has(Count));
    }

    [Fact]
    public void Of_101_short_lives_each_is_told_though_for_half_of_them_there_was_no_loader()
    {
        var (first, second) = (Start("deaths", 50), Start("deaths", 51));
        foreach (var parent in new[] { first, second })
            Loader.Control("-rS", "--follow", "-P", $"{parent.Pid}");
        first.Go();
        Assert.Equal(50, Eventually.Get(() => CountKilled(Loader), count => count == 50));
        int complete = CountComplete(Loader);
        Loader.Signal(Signals.Kill);
        Loader.AwaitExit();
        second.Go();
        using var next = Loader.StartOn(Loader.Directory);
        Assert.Equal(101, Eventually.Get(() => CountKilled(next), count => count == 101));
        complete += CountComplete(next);
        // Where a kernel hides a process from tracing, one final record in hundreds is lost, and the portrait says so.
        Assert.InRange(complete, 98, 101);
        var metrics = next.Scrape();
        const string lifetime = "proc_image_lifetime_seconds";
        Assert.Equal(101, metrics.Value($"{lifetime}_count"));
        Assert.InRange(metrics.Value($"{lifetime}_bucket", ("le", "0.004194304")), 90, 101);
        next.Stop();
    }

    [Fact]
    public void The_tools_own_programs_are_not_followed()
    {
        Loader.Control("-rS", "--follow", "-P", $"{Environment.ProcessId}");
        var own = Loader.Controller("--status").AssertDone();
        var other = Ran.With("true").AssertDone();
        Eventually.True(() => Loader.Scrape().Of(other.Pid).Has(Death), "another one is followed");
        Assert.Empty(Loader.Scrape().Of(own.Pid).All);
    }

    protected override void Dispose(bool disposing)
    {
        KillDescendants();
        base.Dispose(disposing);
    }

    private void StartDescendants(Workload family)
    {
        _descendants.AddRange(family.Go().Select(pid => (int)pid));
        foreach (int pid in _descendants)
            Eventually.True(
                () => Proc.Threads(pid).Count == 2 && Proc.Threads(pid).All(tid => Proc.ThreadStat(pid, tid).State == 'S'),
                $"{pid} at rest");
    }

    private void KillDescendants()
    {
        foreach (int pid in _descendants.Where(pid => Directory.Exists($"/proc/{pid}")))
            Signals.Send(pid, Signals.Kill);
    }

    private static decimal CountKilled(Loader loader) =>
        loader.Scrape().Value("proc_image_exits_total", ("cause", "signal"));

    private static int CountComplete(Loader loader)
    {
        var metrics = loader.Scrape();
        var killed = metrics.Named(Signal).All.Where(series => series.Value == Signals.Kill).Select(series => series.Labels["tgid"]);
        return killed.Count(tgid => metrics.Of(int.Parse(tgid, CultureInfo.InvariantCulture)).Value(Complete) == 1);
    }

    private JsonElement Policy() => Loader.Status().GetProperty("policies")[0];
}
