using System.Globalization;

namespace ProcImage.Tests.Kernel;

/// <summary>The slices of a target: every time on a CPU and every wait between them.</summary>
public sealed class TimelineTests(ITestOutputHelper log) : KernelTest(log)
{
    private const int Kept = 200_000;
    private const int Streams = 16;

    [Theory]
    [InlineData("spin")]
    [InlineData("sleep")]
    [InlineData("disk")]
    public void Slices_replayed_give_the_ledger_back(string how)
    {
        var spends = Start("spends", how, 503, -1);
        Loader.Control("-k1", "-P", $"{spends.Pid}");
        spends.Go();
        spends.End();
        AssertReplayed(spends.Pid);
    }

    [Fact]
    public void So_do_those_of_threads_that_come_and_go()
    {
        var spinners = Start("spinners", 101);
        Loader.Control("-k1", "-P", $"{spinners.Pid}");
        spinners.Go();
        spinners.End();
        AssertReplayed(spinners.Pid);
    }

    [Fact]
    public void A_sleep_of_a_second_is_a_second_between_two_slices()
    {
        using var sleeper = new Child("python3", "-c", "import time\nwhile True: time.sleep(1)");
        Eventually.True(() => Proc.Stat(sleeper.Pid) is { Comm: "python3", State: 'S' }, "it sleeps");
        Loader.Control("-k1", "-P", $"{sleeper.Pid}");
        using var stream = new SliceReader(Loader, Life.Of(Loader, sleeper.Pid));
        var slices = stream.ReadTo(3).Slices;
        for (int i = 1; i < 3; i++)
        {
            Assert.Equal("sleeping", slices[i - 1].Why);
            Assert.InRange(slices[i].Begin - slices[i].Wait - slices[i - 1].End, 999_900_000, 1_100_000_000);
        }
    }

    /// <summary>The kernel's own count of switches is that of the slices.</summary>
    [Fact]
    public async Task Of_some_hundred_thousand_slices_none_is_lost_unsaid()
    {
        var pingpong = Start("pingpong", 110_017, 0);
        Loader.Control("-k1", "-P", $"{pingpong.Pid}");
        var life = Life.Of(Loader, pingpong.Pid);
        long before = Switches(pingpong.Pid);
        using var stream = new SliceReader(Loader, life);
        var reading = Task.Run(() => stream.ReadTo());
        pingpong.Go();
        long switches = Switches(pingpong.Pid) - before;
        pingpong.End();
        await reading;
        long missing = stream.Slices.Sum(slice => slice.Missing);
        Log.WriteLine($"{switches} switches, {stream.Slices.Count} slices, {missing} missing, fell off: {stream.FellOff.Sum()}");
        // The last ones are of its end.
        Assert.InRange(stream.Slices.Count + missing + stream.FellOff.Sum() - switches, 0, 11);
        Assert.Equal(missing, Loader.Scrape().Value("proc_image_losses_total", ("cause", "slice")));
    }

    [Fact]
    public void What_has_fallen_off_is_said_and_a_browser_that_comes_back_goes_on()
    {
        var pingpong = Start("pingpong", 211_007, 0);
        Loader.Control("-k1", "-P", $"{pingpong.Pid}");
        pingpong.Go();
        var life = Life.Of(Loader, pingpong.Pid);
        using (var first = new SliceReader(Loader, life))
        {
            first.ReadTo(1);
            Assert.Single(first.FellOff);
            Assert.Equal(first.Last, first.FellOff[0] + first.Slices.Count);
        }

        pingpong.End();
        using (var end = new SliceReader(Loader, life))
            end.ReadTo(); // until nothing comes any more
        using var whole = new SliceReader(Loader, life);
        whole.ReadTo();
        Assert.Equal(Kept, whole.Slices.Count);
        long middle = whole.Last - 1009;
        using var rest = new SliceReader(Loader, life, middle.ToString(CultureInfo.InvariantCulture));
        Assert.Equal(whole.Slices[^1009..], rest.ReadTo().Slices);
        Assert.Empty(rest.FellOff);
    }

    [Fact]
    public void A_thread_that_is_a_target_has_its_own()
    {
        var spends = Start("spends", "sleep", 101, -1);
        Loader.Control("-k1", "-p", $"{spends.Pid}");
        var life = Life.OfThread(Loader, spends.Pid);
        spends.Go();
        spends.End();
        using var stream = new SliceReader(Loader, life);
        Assert.InRange(stream.ReadTo().Slices.Count(slice => slice.Why == "sleeping"), 7, 101);
    }

    [Fact]
    public void Who_reads_nothing_holds_nothing_up_and_there_are_not_more_than_sixteen()
    {
        var pingpong = Start("pingpong", 50_021, 0);
        Loader.Control("-k1", "-P", $"{pingpong.Pid}");
        var life = Life.Of(Loader, pingpong.Pid);
        var silent = Enumerable.Range(0, Streams).Select(_ => new SliceReader(Loader, life)).ToList();
        Assert.All(silent, stream => Assert.True(stream.Response.IsSuccessStatusCode));
        using (var more = new SliceReader(Loader, life))
            Assert.Equal(503, (int)more.Response.StatusCode);
        pingpong.Go();
        Assert.Equal(0, Loader.Scrape().Value("proc_image_losses_total", ("cause", "slice")));
        silent.ForEach(stream => stream.Dispose());
        Eventually.True(
            () =>
            {
                using var next = new SliceReader(Loader, life, "nonsense");
                return next.Response.IsSuccessStatusCode && next.ReadTo(1).Slices.Count > 0;
            },
            "there is a place for the next one");
    }

    [Fact]
    public void Only_targets_have_slices_not_every_process()
    {
        var spends = Start("spends", "sleep", 101, -1);
        Loader.Control("-k1");
        spends.Go();
        spends.End();
        using var stream = new SliceReader(Loader, Life.AwaitDeath(Loader, spends.Pid));
        Assert.Empty(stream.ReadTo().Slices);
    }

    private void AssertReplayed(int pid)
    {
        var life = Life.AwaitDeath(Loader, pid);
        using var stream = new SliceReader(Loader, life);
        var slices = stream.ReadTo().Slices;
        life = Life.Of(Loader, pid); // what its last slice has added
        var times = Life.States.ToDictionary(state => state, _ => 0L);
        var last = new Dictionary<int, Slice>();
        foreach (var slice in slices)
        {
            times["running"] += slice.Ran;
            times["stolen"] += slice.End - slice.Begin - slice.Ran;
            times["runnable"] += slice.Wait;
            if (last.TryGetValue(slice.Tid, out var before))
                times[StateAfter(before)] += slice.Begin - before.End - slice.Wait;
            else if (slice.Tid == pid) // it slept when it became a target
                times["sleeping"] += slice.Begin - slice.Wait - (life.LedgerSince - life.StartTime);
            last[slice.Tid] = slice;
        }

        Log.WriteLine($"{slices.Count} slices; {string.Join(", ", times)}");
        foreach (string state in Life.States.Where(state => state != "sleeping"))
            Assert.Equal(life.In(state), times[state]);
        // New threads are waited for by nobody from their making to their first wait: microseconds for each.
        Assert.InRange(life.In("sleeping") - times["sleeping"], 0, (last.Count - 1) * 1_000_000);
    }

    // What a thread that stays on the run queue spends beyond its wait is nobody's.
    private static string StateAfter(Slice slice) => slice.Why is "sleeping" or "disk" or "stopped" ? slice.Why : "stolen";

    private static long Switches(int pid)
    {
        var status = Proc.ThreadStatus(pid, pid);
        return status["voluntary_ctxt_switches"] + status["nonvoluntary_ctxt_switches"];
    }
}
