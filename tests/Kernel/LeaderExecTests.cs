namespace ProcImage.Tests.Kernel;

/// <summary>An exec gives a thread the place of a leader that has ended before: what that one has waited stays.</summary>
public sealed class LeaderExecTests(ITestOutputHelper log) : KernelTest(log)
{
    private const string Sum = "proc_image_sched_delay_seconds_sum";
    private const string Count = "proc_image_sched_delay_seconds_count";

    [Theory]
    [InlineData(1, false)]
    [InlineData(1, true)]
    [InlineData(101, false)]
    [InlineData(101, true)]
    public async Task Delay_never_steps_back_over_an_exec_after_the_leaders_end(int execs, bool isNamed)
    {
        var process = Start("leaderexecs", execs);
        string[] target = isNamed ? ["-P", $"{process.Pid}"] : [];
        Loader.Control(["-rS", .. target]);
        var before = Proc.ProcessSchedStat(process.Pid);
        var scrapes = new List<Metrics> { Loader.Scrape().Of(process.Pid) };
        var done = Task.Run(process.Go);
        while (!done.IsCompleted)
            scrapes.Add(Loader.Scrape().Of(process.Pid));
        var gone = await done;
        var expected = Proc.ProcessSchedStat(process.Pid) - before + new SchedStat(0, gone[0], gone[1]);
        scrapes.Add(Loader.Scrape().Of(process.Pid));
        Log.WriteLine($"{scrapes.Count} scrapes, {expected}, {scrapes[^1].Value(Count)} {scrapes[^1].Value(Sum)}");
        Assert.Single(scrapes.Select(found => found.One(Count).Key).Distinct());
        AssertGrown(scrapes, Count);
        AssertGrown(scrapes, Sum);
        // A leader may have to wait once more between its reading and its end.
        Assert.InRange(scrapes[^1].Value(Count), expected.Count, decimal.MaxValue);
        Assert.InRange(scrapes[^1].Nanoseconds(Sum), expected.Delay, long.MaxValue);
    }

    private static void AssertGrown(List<Metrics> scrapes, string name)
    {
        decimal[] values = [.. scrapes.Select(found => found.Value(name))];
        Assert.Equal(values.Order(), values);
    }
}
