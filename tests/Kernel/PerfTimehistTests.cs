extern alias Abi;

using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace ProcImage.Tests.Kernel;

/// <summary>The slices of a target beside those of perf over the same seconds.</summary>
public sealed partial class PerfTimehistTests(ITestOutputHelper log) : KernelTest(log)
{
    private const int Fewest = 500;
    private const double NearUs = 10;

    // What CLOCK_MONOTONIC, which perf was told to use, leaves out: of many tries that with the least time between two looks.
    private readonly long _suspended = Enumerable.Range(0, 1000).Max(_ =>
        (long)Abi::ProcImage.Abi.BootClock.Now - (long)(Stopwatch.GetTimestamp() * (1e9 / Stopwatch.Frequency)));
    private readonly string _directory = Directory.CreateTempSubdirectory("proc-image-perf-").FullName;

    /// <summary>
    /// Perf stamps the moment of its hook, we take the clock of the run queue, in which the kernel's books are. Mostly that is a
    /// microsecond older; where the CPU comes out of idle ten and more. So that this one never idles, somebody else spins there.
    /// </summary>
    [Fact]
    public void Most_slices_end_and_last_as_perf_says()
    {
        using var spinner = new Child("taskset", "-c", "0", "sh", "-c", "while :; do :; done");
        using var sleeper = new Child(
            "taskset", "-c", "0", "python3", "-c", "import time\nwhile True:\n time.sleep(0.001)\n sum(range(3000))");
        Eventually.True(() => Proc.Stat(sleeper.Pid) is { Comm: "python3", State: 'S' }, "it sleeps");
        Loader.Control("-k1", "-P", $"{sleeper.Pid}");
        string recorded = Path.Combine(_directory, "perf.data");
        string perf = Requirements.Installed("perf", "linux-perf");
        // Not 'perf sched record': in between the update of the clock and the switch it records an event of its own.
        Ran.With(
            perf, "record", "-a", "-k", "mono", "-e", "sched:sched_switch,sched:sched_waking", "-o", recorded, "--", "sleep", "3")
            .AssertDone();
        sleeper.Signal(Signals.Kill);
        var life = Life.AwaitDeath(Loader, sleeper.Pid);
        using var stream = new SliceReader(Loader, life);
        var ours = stream.ReadTo().Slices.ToDictionary(
            slice => (life.StartId + slice.End - _suspended) / 1000.0, slice => (slice.End - slice.Begin) / 1000.0);
        double[] ends = [.. ours.Keys.Order()];
        var theirs = Parse(Ran.With(perf, "sched", "timehist", "-i", recorded, "--tid", $"{sleeper.Pid}").AssertDone().Output);
        var near = theirs
            .Select(slice => (Theirs: slice, End: Nearest(ends, slice.EndUs)))
            .Where(pair => Math.Abs(pair.End - pair.Theirs.EndUs) < NearUs && Math.Abs(ours[pair.End] - pair.Theirs.RunUs) < NearUs)
            .ToList();
        Log.WriteLine($"{near.Count} of {theirs.Count} slices of perf within {NearUs} us; {ours.Count} slices here");
        Assert.InRange(near.Count, Fewest, theirs.Count);
        Assert.Equal(near.Count, near.Select(pair => pair.End).Distinct().Count());
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        Directory.Delete(_directory, recursive: true);
    }

    private static double Nearest(double[] ends, double end)
    {
        int at = Array.BinarySearch(ends, end);
        at = at < 0 ? ~at : at;
        return at == ends.Length || (at > 0 && end - ends[at - 1] < ends[at] - end) ? ends[at - 1] : ends[at];
    }

    // Those of which perf has seen the beginning too: some virtual machines hide the idle task of a CPU from it.
    private static List<(double EndUs, double RunUs)> Parse(string table) =>
        [.. Row().Matches(table).Where(row => row.Groups["wait"].Value != "0.000").Select(row => (
            double.Parse(row.Groups["end"].Value, CultureInfo.InvariantCulture) * 1e6,
            double.Parse(row.Groups["run"].Value, CultureInfo.InvariantCulture) * 1e3))];

    [GeneratedRegex(@"^\s*(?<end>\d+\.\d+) \[\d+\]\s.*\s(?<wait>[\d.]+)\s+[\d.]+\s+(?<run>[\d.]+)\s*$", RegexOptions.Multiline)]
    private static partial Regex Row();
}
