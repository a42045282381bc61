using System.Text.RegularExpressions;
using ProcImage.Abi;
using ProcImage.Imaging;
using ProcImage.Metrics;
using ProcImage.Tests.Unit.Imaging;

namespace ProcImage.Tests.Unit.Metrics;

public partial class SubjectMetricsTests
{
    private const ulong Since = 80_000_000_009;
    private readonly Readings _readings = new();

    [Fact]
    public void Each_series_has_the_labels_that_the_catalog_says()
    {
        foreach (var metric in SubjectMetrics.All)
        {
            var text = Written.AsText(x =>
            {
                x.Begin(metric.Process);
                metric.Write(x, Dead(), Written.Labels);
            });
            var lines = text.Split('\n').Where(line => line.Length > 0 && line[0] != '#').ToList();
            Assert.NotEmpty(lines);
            Assert.All(lines, line => Assert.Equal(
                metric.Process.Labels, LabelName().Matches(line).Select(label => label.Groups[1].Value).Where(label => label != "le")));
        }
    }

    [Fact]
    public void No_series_is_written_twice()
    {
        var series = Lines(Written.AsOpenMetrics(x => Written.Portrait(x, Dead()))).Select(line => line[..line.LastIndexOf(' ')]).ToList();
        Assert.Equal(series.Distinct(), series);
    }

    [Fact]
    public void Who_lives_has_no_exit()
    {
        var text = Written.AsText(x => Written.Portrait(x, Living()));
        Assert.DoesNotContain(Lines(text), line => line.Contains("_exit_", StringComparison.Ordinal));
    }

    [Fact]
    public void Who_died_before_it_was_imaged_has_no_time_of_exit()
    {
        _readings.Receive((Records.Final with { ExitTime = 0 }).Bytes());
        var text = Written.AsText(x => Written.Portrait(x, _readings.Only));
        Assert.DoesNotContain(Lines(text), line => line.Contains("_exit_time_", StringComparison.Ordinal));
        Assert.Contains(Lines(text), line => line.Contains("_exit_code{", StringComparison.Ordinal));
    }

    [Fact]
    public void Without_the_resource_image_there_is_none_of_its_series()
    {
        var text = Written.AsText(x => Written.Portrait(x, Living(ImageSet.Schedule)));
        Assert.DoesNotContain(Lines(text), line => line.Contains("_cpu_seconds_total", StringComparison.Ordinal));
        Assert.Contains(Lines(text), line => line.Contains("_sched_delay_seconds_sum", StringComparison.Ordinal));
    }

    [Fact]
    public void Without_the_schedule_image_there_is_none_of_its_series()
    {
        var text = Written.AsText(x => Written.Portrait(x, Living(ImageSet.Resource)));
        Assert.DoesNotContain(Lines(text), line => line.Contains("_sched_delay_", StringComparison.Ordinal));
        Assert.Contains(Lines(text), line => line.Contains("_cpu_seconds_total", StringComparison.Ordinal));
    }

    [Fact]
    public void Without_the_keytime_image_there_is_none_of_its_series()
    {
        var text = Written.AsText(x => Written.Portrait(x, Living()));
        Assert.DoesNotContain(Lines(text), line => OfKeytimes().IsMatch(line));
    }

    [Fact]
    public void Key_times_0_have_counts_and_no_times()
    {
        var record = Records.KeytimeOnly with { LedgerSince = 0 };
        _readings.Read(record.Bytes(null, new KeytimeStats { Forks = 7, Vforks = 5, Threads = 13, Execs = 3 }));
        Assert.Equal(
            ["_forks_total 12", "_execs_total 3", "_threads_started_total 13"],
            Lines(Written.AsText(x => Written.Portrait(x, _readings.Only))).Where(line => OfKeytimes().IsMatch(line)).Select(Shortened));
    }

    [Fact]
    public void Key_times_1_have_the_time_in_each_state_and_since_when()
    {
        _readings.Read(Records.KeytimeOnly.Bytes(null, Records.Times(1_000_000_000)));
        var lines = Lines(Written.AsOpenMetrics(x => Written.Portrait(x, _readings.Only))).ToList();
        Assert.Contains(lines, line => line.Contains("_state_seconds_total{", StringComparison.Ordinal)
            && line.EndsWith(",state=\"disk\"} 5", StringComparison.Ordinal));
        Assert.Equal(6, lines.Count(line => line.Contains("_state_seconds_created{", StringComparison.Ordinal)));
        Assert.Single(lines, line => line.Contains("_execs_created{", StringComparison.Ordinal));
    }

    [Fact]
    public void Before_any_reading_it_is_not_known_since_when_they_count()
    {
        _readings.Receive(Events.Rename.Bytes());
        var text = Written.AsOpenMetrics(x => Written.Portrait(x, _readings.Only));
        Assert.DoesNotContain(Lines(text), line => line.Contains("_created", StringComparison.Ordinal));
    }

    [Fact]
    public void Each_system_call_has_series_of_its_own_and_errors_where_there_were_any()
    {
        var lines = Lines(Written.AsText(x => Written.Portrait(x, Dead()))).ToList();
        Assert.Equal(
            ["read 7", "write 3", "openat 13", "openat 7"],
            lines.Select(line => OfCalls().Match(line)).Where(match => match.Success).Select(match => $"{match.Groups[1]} {match.Groups[2]}"));
        Assert.Contains(lines, line => line.EndsWith(",syscall=\"write\"} 0.001", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("_syscall_latency_seconds_count{", StringComparison.Ordinal) && line.EndsWith(" 23", StringComparison.Ordinal));
    }

    [Fact]
    public void Series_by_system_call_that_were_not_admitted_are_not_written()
    {
        var dead = Dead();
        dead.AreCallsAdmitted = false;
        var text = Written.AsText(x => Written.Portrait(x, dead));
        Assert.DoesNotContain(",syscall=", text, StringComparison.Ordinal);
        Assert.Contains("_syscall_latency_seconds_sum{", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_waits_there_is_neither_a_shortest_nor_a_longest()
    {
        _readings.Read(Records.Process.Bytes());
        var text = Written.AsText(x => Written.Portrait(x, _readings.Only));
        Assert.DoesNotContain(Lines(text), line => ShortestOrLongest().IsMatch(line));
    }

    [Fact]
    public void A_deadlock_has_the_time_of_its_making_or_finding_and_of_its_end_when_it_is_over()
    {
        _readings.Read(LockRecords.Process.Bytes());
        var portrait = _readings.Only;
        string[] Of(Deadlocked? deadlock)
        {
            portrait.Locks.Deadlock = deadlock;
            return [.. Lines(Written.AsText(x => Written.Portrait(x, portrait))).Where(line => line.Contains("_deadlock_", StringComparison.Ordinal))
                .Select(line => line["proc_image_lock_deadlock_".Length..line.IndexOf('{', StringComparison.Ordinal)] + line[line.LastIndexOf(' ')..])];
        }

        Assert.Empty(Of(null));
        var before = new DeadlockedThread(LockRecords.Wait(41, 41) with { Begin = 0 }, "m", []);
        Assert.Equal(["time_seconds 7"], Of(new Deadlocked(7_000_000_000, 41, [before], 0)));
        Assert.Equal(["time_seconds 7", "end_time_seconds 11"], Of(new Deadlocked(7_000_000_000, 41, [before], 11_000_000_000)));
        var seen = before with { Wait = before.Wait with { Begin = LockRecords.Since } };
        var time = Assert.Single(Of(new Deadlocked(7_000_000_000, 41, [seen], 0))).Split(' ')[1];
        Assert.Equal(BootClock.ToUnix(LockRecords.Since) / 1e9, double.Parse(time, System.Globalization.CultureInfo.InvariantCulture), 3);
    }

    [Fact]
    public void What_does_not_change_is_the_same_in_each_scrape()
    {
        var portrait = Living();
        Assert.Equal(
            Written.AsOpenMetrics(x => Written.Portrait(x, portrait)), Written.AsOpenMetrics(x => Written.Portrait(x, portrait)));
    }

    private static IEnumerable<string> Lines(string text) => text.Split('\n').Where(line => line.Length > 0 && line[0] != '#');

    private Portrait Living(ImageSet images = Records.Both)
    {
        var schedule = images.HasFlag(ImageSet.Schedule) ? Records.Waits(3000) : default(Histogram?);
        return _readings.Read((Records.Process with { Images = images, Kept = images }).Bytes(schedule)).Only;
    }

    private Portrait Dead()
    {
        var images = Records.Both | Records.Keytimes | ImageSet.Syscall | ImageSet.Lock;
        var final = Records.Final with
        {
            Images = images,
            Kept = images,
            KeytimeSince = Since,
            LedgerSince = Since,
            SyscallSince = Since,
            LockSince = LockRecords.Since,
        };
        _readings.Receive(CallRecords.Bytes(CallRecords.Process));
        _readings.Receive(LockRecords.Totals(3000).Bytes());
        _readings.Receive(LockRecords.Uses(5, 3000, 7000).Bytes());
        var dead = _readings.Receive(final.Bytes(Records.Waits(3000), Records.Times(11))).Only;
        dead.AreCallsAdmitted = true;
        dead.Locks.Deadlock = new Deadlocked(77, 41, [new DeadlockedThread(LockRecords.Wait(41, 7), "m", [])], 78);
        return dead;
    }

    /// <summary>Without its labels.</summary>
    private static string Shortened(string line) => Labels().Replace(line["proc_image_process".Length..], "");

    [GeneratedRegex("_(state_seconds|forks|execs|threads_started)_total")]
    private static partial Regex OfKeytimes();

    [GeneratedRegex("_syscall(?:s|_errors)_total\\{.*syscall=\"(.*)\"\\} (.*)")]
    private static partial Regex OfCalls();

    [GeneratedRegex("\\{.*\\}")]
    private static partial Regex Labels();

    [GeneratedRegex("_delay_(min|max)_")]
    private static partial Regex ShortestOrLongest();

    [GeneratedRegex("[{,]([a-z_]+)=\"")]
    private static partial Regex LabelName();
}
