using System.Globalization;
using System.Text.RegularExpressions;

namespace ProcImage.Tests.Kernel;

/// <summary>Waits for locks, against what strace(1) and the program itself say of the same run.</summary>
public sealed partial class LockContentionTests(ITestOutputHelper log) : KernelTest(log, "-l"), IDisposable
{
    private const int Threads = 11;
    private static readonly string[] _mutexes = ["first_mutex", "second_thing+8", "several", "several+40", "third_mutex"];
    private readonly string _directory = Directory.CreateTempSubdirectory("proc-image-locks-").FullName;

    /// <summary>strace sees each call twice, when it begins and when it ends; what has slept it cannot see.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Each_call_that_strace_shows_is_a_wait_or_has_come_back_at_once(bool isStatic)
    {
        string trace = Path.Combine(_directory, "trace");
        using var strace = new Child(
            Requirements.Installed("strace", "strace"), "-f", "-qq", "-e", "trace=futex", "-e", "signal=none", "-o", trace,
            isStatic ? Workloads.StaticPathOf("locks") : Workloads.PathOf("locks"));
        int pid = int.Parse(strace.ReadLine(TimeSpan.FromSeconds(20)).Split(' ')[1], CultureInfo.InvariantCulture);
        Eventually.True(() => Proc.Threads(pid).Count == Threads + 1 && LinesOf(trace).Count(IsWait) == Threads, "all of them wait");
        Loader.Control("--lock=contention", "-P", $"{pid}");
        int before = LinesOf(trace).Count;
        strace.Say("go");
        Assert.StartsWith("done ", strace.ReadLine(TimeSpan.FromSeconds(60)), StringComparison.Ordinal);
        Eventually.True(() => Proc.Threads(pid).All(tid => Proc.ThreadStat(pid, tid).State is 'S'), "it is at rest");
        Thread.Sleep(200);
        var lines = LinesOf(trace)[before..];
        int calls = lines.Count(IsWait), atOnce = lines.Count(line => line.Contains("EAGAIN", StringComparison.Ordinal));
        var life = LockedLife.Of(Loader, pid);
        long returned = life.Kind("mutex").GetProperty("returned_at_once").GetInt64() + life.Kind("futex").GetProperty("returned_at_once").GetInt64();
        Log.WriteLine($"strace: {calls} calls, {atOnce} EAGAIN; waits {life.Waits}, at once {returned}");
        Assert.True(life.IsComplete);
        Assert.Equal(calls, life.Waits + returned);
        Assert.InRange(returned, atOnce, atOnce + calls / 100); // woken up before they slept
    }

    [Fact]
    public void The_time_is_what_the_program_has_measured_around_the_calls()
    {
        var locks = Start("locks");
        Loader.Control("-l", "-P", $"{locks.Pid}");
        long measured = locks.Go()[0];
        var life = LockedLife.Of(Loader, locks.Pid);
        long waited = life.Kind("mutex").GetProperty("wait_ns").GetInt64();
        Log.WriteLine($"waited {waited} ns in {life.Kind("mutex").GetProperty("waits")} waits, measured {measured} ns");
        Assert.InRange(waited, measured * 0.95, measured);
        Assert.Equal(life.Waits, life.ByLock.Sum(each => each.GetProperty("waits").GetInt64()));
    }

    [Fact]
    public void Each_mutex_has_a_name_and_its_longest_wait_an_owner_and_a_stack()
    {
        var locks = Start("locks");
        Loader.Control("-l", "-P", $"{locks.Pid}");
        locks.Go();
        var mutexes = LockedLife.Of(Loader, locks.Pid).ByLock.Where(each => each.GetProperty("kind").GetString() == "mutex").ToList();
        Log.WriteLine(string.Join('\n', mutexes));
        Assert.Equal(_mutexes, mutexes.Select(each => each.GetProperty("name").GetString()).Order(StringComparer.Ordinal));
        int[] tids = [.. Proc.Threads(locks.Pid)];
        foreach (var longest in mutexes.Select(each => each.GetProperty("longest")))
        {
            Assert.Contains(longest.GetProperty("tid").GetInt32(), tids);
            if (longest.TryGetProperty("owner", out var owner))
                Assert.Contains(owner.GetProperty("tid").GetInt32(), tids.Except([longest.GetProperty("tid").GetInt32()]));
            string?[] stack = [.. LockedLife.Stack(longest)];
            Assert.True(Array.IndexOf(stack, "pthread_mutex_lock") is > 0 and var at && at < Array.IndexOf(stack, "takes_turns"));
        }

        Assert.Contains(mutexes, each => each.GetProperty("longest").TryGetProperty("owner", out _));
    }

    [Fact]
    public void A_thread_that_is_a_target_has_its_own_waits_alone()
    {
        var locks = Start("locks");
        int[] tids = [.. Proc.Threads(locks.Pid).Order()];
        Loader.Control("-l", "-p", $"{tids[1]}");
        Loader.Control("-l", "-P", $"{locks.Pid}");
        locks.Go();
        var (own, all) = (LockedLife.OfThread(Loader, tids[1]), LockedLife.Of(Loader, locks.Pid));
        Log.WriteLine($"{own.Waits} of {all.Waits}");
        Assert.InRange(own.Waits, 1, all.Waits / 4);
    }

    [Fact]
    public void Activated_afresh_they_begin_at_zero_and_deactivated_they_freeze()
    {
        var locks = Start("locks");
        Loader.Control("-l", "-P", $"{locks.Pid}");
        long waits = LockedLife.Of(Loader, locks.Pid).Waits;
        Assert.Equal(0, waits);
        locks.Go();
        waits = LockedLife.Of(Loader, locks.Pid).Waits;
        Loader.Control("-d", "-l", "-P", $"{locks.Pid}");
        Assert.Equal(waits, LockedLife.Of(Loader, locks.Pid).Waits);
        Loader.Control("-l", "-P", $"{locks.Pid}");
        var anew = LockedLife.Of(Loader, locks.Pid);
        Assert.Equal(0, anew.Waits);
        Assert.Empty(anew.ByLock);
    }

    [Fact]
    public void What_a_process_has_waited_outlives_it()
    {
        var locks = Start("locks");
        Loader.Control("-l", "-P", $"{locks.Pid}");
        locks.Go();
        long waits = LockedLife.Of(Loader, locks.Pid).Waits;
        Assert.Equal(0, locks.End());
        Eventually.True(
            () => Loader.GetJson("/api/v1/processes").GetProperty("processes").EnumerateArray()
                .Any(life => life.GetProperty("tgid").GetInt32() == locks.Pid && life.GetProperty("state").GetString() == "dead"),
            "it is dead");
        var dead = LockedLife.Of(Loader, locks.Pid);
        Assert.InRange(dead.Waits, waits, waits + 1); // main(3) may have waited for a lock of stdio
        Eventually.True(
            () => LockedLife.Of(Loader, locks.Pid).ByLock.Sum(each => each.GetProperty("waits").GetInt64()) == dead.Waits, "by lock, too");
        var names = LockedLife.Of(Loader, locks.Pid).ByLock.Where(each => each.TryGetProperty("name", out _));
        Assert.Subset(names.Select(each => each.GetProperty("name").GetString()).ToHashSet(), _mutexes.ToHashSet<string?>());
    }

    /// <summary>A wait that fails is over; what comes after it at the same place is another one.</summary>
    [Theory]
    [InlineData("fails", 4)]
    [InlineData("resumes", 1)]
    public void A_signal_ends_a_wait_or_lets_it_go_on_as_the_program_sees_it(string kind, int waits)
    {
        var interrupted = Start("interrupted_waits", kind);
        Loader.Control("-l", "-P", $"{interrupted.Pid}");
        long measured = interrupted.Go()[0];
        var semaphore = LockedLife.Of(Loader, interrupted.Pid).ByLock.Single(each => each.GetProperty("name").GetString() == "semaphore");
        Log.WriteLine($"{semaphore}, measured {measured} ns");
        Assert.Equal(waits, semaphore.GetProperty("waits").GetInt32());
        Assert.InRange(semaphore.GetProperty("wait_ns").GetInt64(), measured * 0.95, measured);
    }

    [Fact]
    public void Series_are_those_of_the_portrait()
    {
        var locks = Start("locks");
        Loader.Control("-l", "-P", $"{locks.Pid}");
        locks.Go();
        var metrics = Loader.Get("/metrics");
        var life = LockedLife.Of(Loader, locks.Pid);
        foreach (string kind in (string[])["mutex", "futex"])
        {
            long waits = life.Kind(kind).GetProperty("waits").GetInt64();
            Assert.Matches(
                $"proc_image_lock_contentions_total\\{{tgid=\"{locks.Pid}\",start_id=\"[0-9]+\",kind=\"{kind}\"\\}} {waits}\n", metrics);
            Assert.Matches($"proc_image_lock_wait_seconds_count\\{{[^}}]*kind=\"{kind}\"\\}} {waits}\n", metrics);
        }
    }

    [Fact]
    public void The_answer_says_what_is_seen() => Assert.EndsWith(
        ": lock (contention)\n", Loader.Control("--lock=contention", "-P", $"{Start("locks").Pid}"), StringComparison.Ordinal);

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        Directory.Delete(_directory, recursive: true);
    }

    private static List<string> LinesOf(string trace) => File.Exists(trace) ? [.. File.ReadAllLines(trace)] : [];

    /// <summary>The line of its end, where that is another one than that of its beginning, is none.</summary>
    private static bool IsWait(string line) => Wait().IsMatch(line);

    [GeneratedRegex(@"^\d+ +futex\(0x[0-9a-f]+, FUTEX_WAIT")]
    private static partial Regex Wait();
}
