namespace ProcImage.Tests.Kernel;

/// <summary>However much happens at once: counts are exact, and what is not told is said not to be.</summary>
public sealed class KeytimeStormTests(ITestOutputHelper log) : KernelTest(log)
{
    private const int Forks = 5003;
    private const int Execs = 2003;
    private const int MostEvents = 1000;
    private const string Lost = "proc_image_losses_total";

    [Theory]
    [InlineData("alone")]
    [InlineData("follow")]
    [InlineData("all")]
    public void Of_5003_forks_each_is_counted(string how)
    {
        var forks = Start("forks", Forks, Forks);
        decimal before = Losses();
        Activate(how, forks.Pid);
        forks.Go();
        var life = Life.Of(Loader, forks.Pid);
        Assert.Equal((Forks, 0, 0, 0), life.Counts);
        Log.WriteLine($"{Losses() - before} lost, {life.Number("events_dropped")} dropped");
        AssertTold(Forks, before, life);
    }

    [Theory]
    [InlineData("alone")]
    [InlineData("all")]
    public void Of_2003_execs_each_is_counted(string how)
    {
        var reborn = Start("reborn", Execs);
        decimal before = Losses();
        Activate(how, reborn.Pid);
        reborn.Go();
        var life = Life.Of(Loader, reborn.Pid);
        Assert.Equal((0, 0, 0, Execs), life.Counts);
        AssertTold(Execs, before, life);
        if (Losses() == before)
            Assert.Equal(
                Enumerable.Range(0, MostEvents).Select(left => $"{left}").Reverse(),
                life.Events.Select(exec => exec.Arguments[^1]));
    }

    [Fact]
    public void What_the_ring_buffer_has_no_room_for_is_counted_and_no_portrait_that_it_concerns_is_complete()
    {
        var (forks, naps) = (Start("forks", Forks, Forks), Start("naps", 11));
        Loader.Control("-k0", "-P", $"{naps.Pid}");
        Activate("follow", forks.Pid);
        decimal before = Losses();
        Stop();
        forks.Go();
        Loader.Signal(Signals.Continue);
        Assert.InRange(Losses() - before, 1, decimal.MaxValue);
        var life = Life.Of(Loader, forks.Pid);
        Assert.Equal((Forks, 0, 0, 0), life.Counts);
        Assert.False(life.IsComplete);
        Assert.True(Life.Of(Loader, naps.Pid).IsComplete);
        var metrics = Loader.Scrape();
        Assert.Equal(0, metrics.Of(forks.Pid).Value("proc_image_process_complete"));
        Assert.Equal(1, metrics.Of(naps.Pid).Value("proc_image_process_complete"));
        Eventually.True(
            () => Life.All(Loader).Where(IsGone).All(child => !child.IsComplete || (IsBorn(child) && child.IsDead)),
            "a child of which the birth or the death was lost is not complete");

        static bool IsGone(Life life) => !Directory.Exists($"/proc/{life.Tgid}");

        static bool IsBorn(Life life) => life.Keytime.TryGetProperty("born", out _);
    }

    private void Activate(string how, int pid)
    {
        string[] target = how == "all" ? [] : ["-P", $"{pid}", .. how == "follow" ? new[] { "--follow" } : []];
        Loader.Control(["-k0", .. target]);
    }

    // All was told, or what was not is counted, and the portrait says so.
    private void AssertTold(int happened, decimal before, Life life)
    {
        long told = life.Events.Count + life.Number("events_dropped");
        Assert.Equal(Math.Min(told, MostEvents), life.Events.Count);
        Assert.Equal(told == happened, life.IsComplete);
        if (Losses() == before)
            Assert.Equal(happened, told);
        else
            Assert.InRange(happened - told, 0, (long)(Losses() - before));
    }

    private void Stop()
    {
        Loader.Signal(Signals.Stop);
        Eventually.True(() => Proc.Stat(Loader.Pid).State == 'T', "the loader has stopped");
    }

    private decimal Losses() => Loader.Scrape().Value(Lost, ("cause", "event"));
}
