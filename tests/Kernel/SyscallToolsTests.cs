using System.Globalization;
using System.Text.RegularExpressions;

namespace ProcImage.Tests.Kernel;

/// <summary>System calls beside public tools that have seen the same ones.</summary>
public sealed partial class SyscallToolsTests(ITestOutputHelper log) : KernelTest(log)
{
    private static readonly string[] _calls = ["read", "write", "epoll_wait"];
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(60);
    private readonly string _directory = Directory.CreateTempSubdirectory("proc-image-calls-").FullName;

    /// <summary>A shell with all that it starts.</summary>
    [Fact]
    public void Each_call_of_a_tree_of_processes_is_counted_as_strace_does()
    {
        var shell = Own(new Shell("bash"));
        Loader.Control("-s50", "--follow", "-P", $"{shell.Pid}");
        string table = Path.Combine(_directory, "table");
        var strace = Attach(shell.Pid, "-f", "-c", "-o", table);
        shell.Say("seq 1009 | sort -r | gzip -9 | wc -c >/dev/null; ls -l /usr/bin /no/such 2>/dev/null | md5sum >/dev/null");
        shell.Say("python3 -c 'import json, os; [os.getppid() for i in range(997)]'; (exit 3)");
        shell.Say("exec env -i true");
        shell.AwaitExit(_limit);
        strace.AwaitExit(_limit);
        var theirs = ParseTable(File.ReadAllText(table));
        var lives = Eventually.Get(() => CallPortrait.All(Loader), all => all.All(life => life.IsDead)).Select(life => life.InDetail(Loader)).ToList();
        var ours = Total(lives, life => life.Counts);
        // Which never return: strace has no line for what does not.
        Assert.Equal(lives.Count, ours["exit_group"]);
        ours.Remove("exit_group");
        Log.WriteLine(string.Join(' ', ours.Select(call => $"{call.Key}={call.Value}")));
        Assert.Equal(theirs.Keys.Order(), ours.Keys.Order());
        Assert.Equal(theirs.OrderBy(call => call.Key).Select(call => (call.Key, call.Value.Calls)), ours.OrderBy(call => call.Key).Select(call => (call.Key, call.Value)));
        var failed = Total(lives, life => life.ByCall.Keys.ToDictionary(call => call, call => life.Number(call, "errors")));
        Assert.All(theirs, call => Assert.Equal((call.Key, call.Value.Errors), (call.Key, failed[call.Key])));
    }

    [Fact]
    public void The_last_calls_of_a_thread_are_those_that_strace_has_seen_in_their_order()
    {
        string trace = Path.Combine(_directory, "trace");
        var shell = Own(new Shell("bash"));
        Loader.Control("-s50", "-P", $"{shell.Pid}");
        var strace = Attach(shell.Pid, "-o", trace);
        shell.Say("for i in 1 2 3 5 7 11; do cd /tmp; read x </dev/null; test -e /no/such; umask 022; done; echo done >/dev/null");
        Eventually.True(() => File.ReadAllText(trace).Contains("/dev/null", StringComparison.Ordinal) && Proc.Stat(shell.Pid).State == 'S', "it is done");
        Eventually.Get(() => File.ReadAllLines(trace).Length, _ => AreAlike(trace, shell.Pid));
        Assert.Equal(Latest(trace), CallPortrait.Of(Loader, shell.Pid).Sequence(shell.Pid));
        Assert.Equal(50, Latest(trace).Count);
        strace.Signal(Signals.Interrupt);
    }

    /// <summary>
    /// The kernel's own counters of the same events have the same counts exactly. 'perf trace -s', which reads every single
    /// event, leaves out some of the shortest calls under load, so its counts are lower by some percent; not its times.
    /// </summary>
    [Fact]
    public void A_server_under_load_makes_the_calls_that_perf_has_seen_in_about_their_time()
    {
        using var redis = new Redis();
        string perf = Requirements.Installed("perf", "linux-perf");
        // While it is stopped it makes no calls, and it ends by itself: all see the same ones, each to its end. One that
        // a stop has ended would count when the program goes on, with its time.
        Pause(redis.Pid);
        Loader.Control("-s50", "-P", $"{redis.Pid}");
        var counters = Own(new PerfCounters(redis.Pid, [.. _calls.Select(call => $"syscalls:sys_exit_{call}")]));
        var tracer = Own(new Child(perf, "trace", "-m", "64M", "-s", "-p", $"{redis.Pid}"));
        Eventually.True(() => MapsOf(tracer.Pid) > 0, "perf has its buffers");
        Thread.Sleep(500); // and it has switched its events on
        Signals.Send(redis.Pid, Signals.Continue);
        Ran.With(
            Requirements.Installed("redis-benchmark", "redis-tools"), "-p", $"{redis.Port}", "-n", "20011", "-q", "-t", "set,get").AssertDone();
        Ran.With(Requirements.Installed("redis-cli", "redis-tools"), "-p", $"{redis.Port}", "shutdown", "nosave").AssertDone();
        var found = CallPortrait.AwaitDeath(Loader, redis.Pid);
        counters.Stop();
        tracer.AwaitExit(_limit);
        Eventually.True(() => ParseSummary(tracer.Errors).ContainsKey(_calls[^1]), "perf has said all");
        var theirs = ParseSummary(tracer.Errors);
        foreach (string call in _calls)
        {
            long count = found.CountOf(call);
            double time = found.Number(call, "time_ns") / 1e6;
            Log.WriteLine($"{call}: {count} calls, {time:0.0} ms; perf: {theirs[call].Calls}, {theirs[call].Milliseconds:0.0} ms");
            Assert.Equal(counters.Read($"syscalls:sys_exit_{call}"), count);
            Assert.InRange(theirs[call].Calls, count * 0.8, count);
            Assert.InRange(time, theirs[call].Milliseconds * 0.95, theirs[call].Milliseconds * 1.05);
        }
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        Directory.Delete(_directory, recursive: true);
    }

    private Child Attach(int pid, params string[] options)
    {
        var strace = Own(new Child(Requirements.Installed("strace", "strace"), [.. options, "-p", $"{pid}"]));
        Eventually.True(() => strace.Errors.Contains("attached", StringComparison.Ordinal), "strace has attached");
        return strace;
    }

    private static void Pause(int pid)
    {
        Signals.Send(pid, Signals.Stop);
        Eventually.True(() => Proc.Threads(pid).All(tid => Proc.ThreadStat(pid, tid).State == 'T'), "it has stopped");
    }

    private static int MapsOf(int perf) =>
        File.ReadLines($"/proc/{perf}/maps").Count(line => line.Contains("perf_event", StringComparison.Ordinal));

    private static Dictionary<string, long> Total(IEnumerable<CallPortrait> lives, Func<CallPortrait, IEnumerable<KeyValuePair<string, long>>> figures) =>
        lives.SelectMany(figures).GroupBy(call => call.Key, call => call.Value).ToDictionary(call => call.Key, call => call.Sum());

    // The last line is the call that it is in.
    private static List<string> Latest(string trace) =>
        [.. File.ReadLines(trace).Select(line => CallName().Match(line)).Where(match => match.Success).Select(match => match.Groups[1].Value).SkipLast(1).TakeLast(50)];

    private bool AreAlike(string trace, int pid) => Latest(trace).SequenceEqual(CallPortrait.Of(Loader, pid).Sequence(pid));

    private static Dictionary<string, (long Calls, long Errors)> ParseTable(string table) =>
        TableRow().Matches(table).Where(row => row.Groups["call"].Value != "total").ToDictionary(
            row => row.Groups["call"].Value,
            row => (long.Parse(row.Groups["calls"].Value, CultureInfo.InvariantCulture),
                row.Groups["errors"].Success ? long.Parse(row.Groups["errors"].Value, CultureInfo.InvariantCulture) : 0));

    private static Dictionary<string, (long Calls, double Milliseconds)> ParseSummary(string summary) =>
        SummaryRow().Matches(summary).GroupBy(row => row.Groups["call"].Value).ToDictionary(
            rows => rows.Key,
            rows => (rows.Sum(row => long.Parse(row.Groups["calls"].Value, CultureInfo.InvariantCulture)),
                rows.Sum(row => double.Parse(row.Groups["total"].Value, CultureInfo.InvariantCulture))));

    [GeneratedRegex(@"^\s*[\d.]+\s+[\d.]+\s+\d+\s+(?<calls>\d+)\s+(?:(?<errors>\d+)\s+)?(?<call>\w+)\s*$", RegexOptions.Multiline)]
    private static partial Regex TableRow();

    [GeneratedRegex(@"^\s*(?<call>[a-z]\w*)\s+(?<calls>\d+)\s+\d+\s+(?<total>[\d.]+)\s+[\d.]+", RegexOptions.Multiline)]
    private static partial Regex SummaryRow();

    [GeneratedRegex(@"^(\w+)\(")]
    private static partial Regex CallName();
}
