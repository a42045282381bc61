using System.Globalization;
using Libbpf;

namespace ProcImage.Tests.Kernel;

/// <summary>
/// What does not fit into the ring buffer is counted one by one, and nothing that it concerns is called complete.
/// </summary>
public sealed class FullRingTests(ITestOutputHelper log) : KernelTest(log)
{
    private const string Complete = "proc_image_process_complete";

    [Fact]
    public void Each_record_that_does_not_fit_is_counted_and_the_portraits_concerned_say_so()
    {
        const int births = 7001; // the ring has room for the two records of some 4,700
        var (naps, deaths) = (Own(Workload.StartWaitedFor("naps", 11)), Start("deaths", births));
        long unreaped = Unreaped(); // died before the activation: nothing is told when they are freed
        Loader.Control("-rS", "-P", $"{naps.Pid}");
        Loader.Control("-rS");
        using var counter = new DeathCounter();
        using var ring = new RingView(Loader.Directory);
        Thread.Sleep(500); // the last controller is freed, and what it has told is taken
        var metrics = Loader.Scrape();
        Assert.Equal(1, metrics.Of(naps.Pid).Value(Complete));
        decimal signals = Signalled(metrics);
        Stop();
        var (before, lostBefore) = ((counter.Dead, counter.Freed), Lost());
        Assert.Empty(ring.Read());

        deaths.Go();
        Assert.InRange(Lost() - lostBefore, 1, long.MaxValue);
        naps.AwaitReport();
        // Freed processes are told after a grace period of the kernel; others on the machine die meanwhile.
        Thread.Sleep(500);
        var (now, lost, records) = Eventually.Get(
            () => (Deaths: (counter.Dead, counter.Freed), Lost: Lost() - lostBefore, Records: ring.Read()),
            seen => Adds(seen.Deaths, seen.Lost, seen.Records));
        Log.WriteLine($"{now.Dead - before.Dead} dead, {now.Freed - before.Freed} freed");
        Log.WriteLine($"{records.Count} arrived, {lost} lost");
        Assert.True(Adds(now, lost, records));

        Loader.Signal(Signals.Continue);
        // Of a life whose final record is lost nobody knows for two seconds.
        var told = records.Where(record => record.IsOfDeath && record.WasSignalled)
            .Select(record => (record.Tgid, record.StartId)).Distinct().Count();
        metrics = Eventually.Get(
            Loader.Scrape, seen => Signalled(seen) >= signals + told && seen.Of(naps.Pid).Value(Complete) == 0);
        lost = Lost() - lostBefore; // until the loader went on
        Assert.Equal(lostBefore + lost, metrics.Value("proc_image_losses_total", ("cause", "event")));
        Assert.Equal(signals + told, Signalled(metrics));
        Assert.Equal(0, metrics.Of(naps.Pid).Value(Complete));
        Assert.Equal(1, metrics.Of(deaths.Pid).Value(Complete));
        var whole = records.Where(record => record.Type == RingRecord.FinalProcess)
            .Select(record => record.Tgid).ToHashSet();
        var children = records.Where(record => record.Parent == deaths.Pid).Select(record => record.Tgid).ToHashSet();
        foreach (var portrait in metrics.Named(Complete).All)
        {
            int tgid = int.Parse(portrait.Labels["tgid"], CultureInfo.InvariantCulture);
            if (children.Contains(tgid))
                Assert.Equal(whole.Contains(tgid) ? 1 : 0, portrait.Value);
        }

        AssertWorksAgain(lostBefore + lost);

        bool Adds((long Dead, long Freed) deaths, long lost, IReadOnlyList<RingRecord> records)
        {
            long happened = deaths.Dead - before.Dead + deaths.Freed - before.Freed;
            long untold = happened - lost - records.Count(record => record.IsOfDeath) - PoliciesEnded(records);
            return untold >= 0 && untold <= unreaped;
        }

        // The end of the policy of naps is told too: where that has not fitted it is one of the lost.
        static int PoliciesEnded(IReadOnlyList<RingRecord> records) =>
            records.Any(record => !record.IsOfDeath) ? 0 : -1;
    }

    private static long Unreaped() => long.Parse(
        Ran.With("sh", "-c", "cat /proc/[0-9]*/stat 2>/dev/null | grep -c ') Z '").Output, CultureInfo.InvariantCulture);

    private void AssertWorksAgain(long lost)
    {
        var (naps, deaths) = (Own(Workload.StartWaitedFor("naps", 11)), Start("deaths", 101));
        Loader.Control("-rS", "-P", $"{naps.Pid}");
        decimal before = Signalled(Loader.Scrape());
        deaths.Go();
        naps.Go();
        var report = naps.AwaitReport();
        Assert.Equal(before + 101, Eventually.Get(() => Signalled(Loader.Scrape()), count => count >= before + 101));
        var metrics = Eventually.Get(
            () => Loader.Scrape(), seen => seen.Of(naps.Pid).Has("proc_image_process_exit_time_seconds"));
        Assert.Equal(report.Code, metrics.Of(naps.Pid).Value("proc_image_process_exit_code"));
        Assert.Equal(lost, metrics.Value("proc_image_losses_total", ("cause", "event")));
    }

    private void Stop()
    {
        Loader.Signal(Signals.Stop);
        Eventually.True(() => Proc.Stat(Loader.Pid).State == 'T', "the loader has stopped");
    }

    // From the map itself: a controller is a process that dies too.
    private long Lost()
    {
        const uint events = 1;
        using var losses = BpfMap.OpenPinned(Path.Combine(Loader.Directory, "losses"));
        var perCpu = new ulong[Bpf.PossibleCpus];
        Assert.True(losses.TryLookupPerCpu<uint, ulong>(events, perCpu));
        return (long)perCpu.Aggregate(0ul, (sum, count) => sum + count);
    }

    private static decimal Signalled(Metrics metrics) => metrics.Value("proc_image_exits_total", ("cause", "signal"));
}
