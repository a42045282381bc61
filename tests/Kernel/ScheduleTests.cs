using System.Globalization;

namespace ProcImage.Tests.Kernel;

/// <summary>Run-queue delay against /proc/PID/task/TID/schedstat, with the target asleep at both readings.</summary>
public sealed class ScheduleTests(ITestOutputHelper log) : KernelTest(log)
{
    [Fact]
    public void A_ping_pong_on_one_cpu_has_delay_and_count_as_schedstat()
    {
        const int rounds = 20_011;
        var pingpong = Start("pingpong", rounds, 0);
        foreach (int pid in pingpong.Pids)
            Loader.Control("-S", $"-P{pid}");
        var before = pingpong.Pids.Select(Proc.ProcessSchedStat).ToArray();
        pingpong.Go();
        var metrics = Loader.Scrape();
        foreach (var (pid, then) in pingpong.Pids.Zip(before))
        {
            var expected = Proc.ProcessSchedStat(pid) - then;
            AssertExact(expected, metrics.Of(pid));
            Assert.InRange(expected.Count, rounds, long.MaxValue);
        }
    }

    [Fact]
    public void Three_hogs_on_one_cpu_have_delay_and_count_as_schedstat()
    {
        var hogs = Start("hogs", 3, 0, 1009);
        Loader.Control("-S", "-P", $"{hogs.Pid}");
        var before = Proc.ProcessSchedStat(hogs.Pid);
        hogs.Go();
        AssertExact(Proc.ProcessSchedStat(hogs.Pid) - before, Loader.Scrape().Of(hogs.Pid));
    }

    [Fact]
    public void Threads_that_move_between_cpus_have_delay_as_schedstat_and_count_within_one_percent()
    {
        var hogs = Start("hogs", 2 * Environment.ProcessorCount, -1, 3001);
        Loader.Control("-S", "-P", $"{hogs.Pid}");
        var before = Proc.ProcessSchedStat(hogs.Pid);
        long migrationsBefore = Migrations(hogs.Pid);
        hogs.Go();
        var expected = Proc.ProcessSchedStat(hogs.Pid) - before;
        long migrations = Migrations(hogs.Pid) - migrationsBefore;
        var found = Loader.Scrape().Of(hogs.Pid);
        long count = (long)found.Value("proc_image_sched_delay_seconds_count");
        Log.WriteLine($"{migrations} migrations; {count} waits, pcount {expected.Count}");
        Assert.InRange(migrations, 100, long.MaxValue);
        Assert.Equal(expected.Delay, found.Nanoseconds("proc_image_sched_delay_seconds_sum"));
        Assert.InRange(count, expected.Count * 0.99, expected.Count * 1.01);
        Assert.Equal(count, found.Value("proc_image_sched_delay_seconds_bucket", ("le", "+Inf")));
    }

    [Fact]
    public void Threads_that_have_ended_stay_in_the_sum()
    {
        var gone = Start("gone", 13, 0);
        Loader.Control("-S", "-P", $"{gone.Pid}");
        var before = Proc.ProcessSchedStat(gone.Pid);
        var reported = gone.Go();
        var expected = Proc.ProcessSchedStat(gone.Pid) - before + new SchedStat(0, reported[0], reported[1]);
        var found = Loader.Scrape().Of(gone.Pid);
        // One of them may have to wait once more between its last reading and its end.
        Assert.InRange(
            found.Nanoseconds("proc_image_sched_delay_seconds_sum"), expected.Delay, expected.Delay * 1.05);
        Assert.InRange(
            found.Value("proc_image_sched_delay_seconds_count"), expected.Count, expected.Count + 13);
    }

    [Fact]
    public void Buckets_are_powers_of_two_from_2_to_the_11th_to_the_34th_nanosecond_and_add_up()
    {
        var naps = Start("naps", 1009);
        Loader.Control("-S", "-P", $"{naps.Pid}");
        naps.Go();
        var found = Loader.Scrape().Of(naps.Pid);
        var buckets = found.Named("proc_image_sched_delay_seconds_bucket").All;
        var bounds = Enumerable.Range(11, 24).Select(power => (1L << power) / 1_000_000_000m);
        Assert.Equal(bounds, buckets.SkipLast(1).Select(bucket => Seconds(bucket.Labels["le"])));
        Assert.Equal("+Inf", buckets[^1].Labels["le"]);
        var counts = buckets.Select(bucket => bucket.Value).ToArray();
        Assert.Equal(counts.Order(), counts);
        Assert.Equal(found.Value("proc_image_sched_delay_seconds_count"), counts[^1]);
        AssertExtremesFit(found, buckets);
    }

    [Fact]
    public void Counting_begins_at_activation()
    {
        var naps = Start("naps", 1009);
        naps.Go();
        Loader.Control("-S", "-P", $"{naps.Pid}");
        var before = Proc.ProcessSchedStat(naps.Pid);
        Assert.Equal(0, Loader.Scrape().Of(naps.Pid).Value("proc_image_sched_delay_seconds_count"));
        naps.Go();
        AssertExact(Proc.ProcessSchedStat(naps.Pid) - before, Loader.Scrape().Of(naps.Pid));
    }

    private static void AssertExact(SchedStat expected, Metrics found)
    {
        Assert.Equal(expected.Delay, found.Nanoseconds("proc_image_sched_delay_seconds_sum"));
        Assert.Equal(expected.Count, found.Value("proc_image_sched_delay_seconds_count"));
        Assert.Equal(expected.Count, found.Value("proc_image_sched_delay_seconds_bucket", ("le", "+Inf")));
    }

    private static void AssertExtremesFit(Metrics found, IReadOnlyList<Series> buckets)
    {
        decimal min = found.Value("proc_image_sched_delay_min_seconds");
        decimal max = found.Value("proc_image_sched_delay_max_seconds");
        decimal count = found.Value("proc_image_sched_delay_seconds_count");
        decimal sum = found.Value("proc_image_sched_delay_seconds_sum");
        Assert.InRange(sum, min * count, max * count);
        foreach (var bucket in buckets.SkipLast(1))
        {
            decimal bound = Seconds(bucket.Labels["le"]);
            Assert.Equal(bound >= min, bucket.Value > 0);
            Assert.Equal(bound >= max, bucket.Value == count);
        }
    }

    private static decimal Seconds(string bound) =>
        decimal.Parse(bound, NumberStyles.Float, CultureInfo.InvariantCulture);

    private static long Migrations(int pid) => Proc.Threads(pid).Sum(tid => Proc.Migrations(pid, tid));
}
