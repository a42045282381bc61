using System.Globalization;
using System.Text.Json;

namespace ProcImage.Tests.Kernel;

/// <summary>Locks of a target by probes, against a program whose every call is known.</summary>
public sealed class LockExactTests(ITestOutputHelper log) : KernelTest(log, "-l")
{
    [Fact]
    public void Each_acquisition_is_counted_and_times_are_those_that_the_program_has_measured()
    {
        var exact = Start("exact");
        Assert.Contains(": lock (exact); probes at ", Loader.Control("-l", "-P", $"{exact.Pid}"), StringComparison.Ordinal);
        exact.Go();
        var before = Exact(exact.Pid);
        Assert.All(LocksTaken.All, its => Assert.Equal((LocksTaken.Threads * its.Times, 0), Counts(Find(before, its.Name, its.Kind))));
        var measured = exact.Go();
        var after = Exact(exact.Pid);
        Log.WriteLine($"{after}");
        AssertCounted(after);
        string[] kinds = ["mutex", "write", "spin"];
        for (int at = 0; at < kinds.Length; at++)
        {
            long held = Time(after, kinds[at], "hold") - Time(before, kinds[at], "hold"), waited = Time(after, kinds[at], "acquire");
            Log.WriteLine($"{kinds[at]}: held {held} of {measured[2 * at]} ns, waited {waited} of {measured[2 * at + 1]} ns");
            Assert.InRange(held, measured[2 * at] * 0.95, measured[2 * at] * 1.05);
            Assert.InRange(waited, measured[2 * at + 1] * 0.95, measured[2 * at + 1] * 1.05);
            var ofKind = after.GetProperty("by_kind").GetProperty(kinds[at]);
            Assert.Equal( // the C library has mutexes of its own
                after.GetProperty("by_lock").EnumerateArray().Where(its => its.GetProperty("kind").GetString() == kinds[at]).Sum(its => Counts(its).Acquisitions),
                ofKind.GetProperty("acquisitions").GetInt32());
        }

        string[] stack = [.. LockedLife.Stack(Find(after, "normal", "mutex").GetProperty("longest_hold")).Select(name => name!)];
        Assert.Contains("give_back", stack);
    }

    [Fact]
    public void Series_are_those_of_the_portrait_and_outlive_the_process()
    {
        var exact = Start("exact");
        Loader.Control("-l", "-P", $"{exact.Pid}");
        exact.Go();
        exact.Go();
        Eventually.True(() => Named(exact.Pid) >= LocksTaken.All.Count, "each lock has a name");
        Assert.Equal(0, exact.End());
        Eventually.True(() => LockedLife.Of(Loader, exact.Pid).IsDead, "it is dead");
        var metrics = Loader.Get("/metrics");
        foreach (string kind in (string[])["mutex", "read", "write", "spin"])
        {
            var (acquisitions, contended) = Counts(Exact(exact.Pid).GetProperty("by_kind").GetProperty(kind));
            int known = LocksTaken.All.Where(its => its.Kind == kind).Sum(its => its.Rounds);
            Assert.InRange(contended, known, kind == "mutex" ? known + 99 : known); // the C library has mutexes of its own
            Assert.Matches($"proc_image_lock_acquisitions_total\\{{tgid=\"{exact.Pid}\",[^}}]*kind=\"{kind}\"\\}} {acquisitions}\n", metrics);
            Assert.Matches($"proc_image_lock_acquire_seconds_count\\{{tgid=\"{exact.Pid}\",[^}}]*kind=\"{kind}\"\\}} {contended}\n", metrics);
        }

        Assert.True(Named(exact.Pid) >= LocksTaken.All.Count, "each lock is kept");
        Assert.Equal((LocksTaken.Threads * 97 + 13 + 14, 13), Counts(Find(Exact(exact.Pid), "normal", "mutex")));
    }

    [Theory]
    [InlineData("-d")]
    [InlineData("-d", "-l", "-P")]
    [InlineData("--lock=contention", "-P")]
    public void No_probe_is_left_in_the_target_when_it_is_imaged_no_more(params string[] how)
    {
        var exact = Start("exact");
        Loader.Control("-l", "-P", $"{exact.Pid}");
        Assert.NotEmpty(Traps(exact.Pid));
        Assert.NotEmpty(Pinned());
        Loader.Control(how[^1] == "-P" ? [.. how, $"{exact.Pid}"] : how);
        Assert.Empty(Pinned());
        Eventually.True(() => Traps(exact.Pid).Count == 0, "its code is as it was");
        exact.Go(); // it goes on
    }

    [Fact]
    public void The_loader_takes_them_away_after_a_deadline_and_a_death()
    {
        var exact = Start("exact");
        var other = Start("exact");
        Loader.Control("-l", "-t", "1", "-P", $"{exact.Pid}");
        Loader.Control("-l", "-P", $"{other.Pid}");
        int both = Pinned().Length;
        Assert.NotEqual(0, both);
        Eventually.True(() => Pinned().Length == both / 2, "the deadline has passed");
        Eventually.True(() => Traps(exact.Pid).Count == 0, "its code is as it was");
        other.End();
        Eventually.True(() => Pinned().Length == 0, "it is dead");
    }

    /// <summary>What no call has ended has no time, and a child pays but is not counted.</summary>
    [Fact]
    public void A_death_another_thread_a_child_a_second_library_and_an_exec_make_no_wrong_figures()
    {
        var escapes = Start("escapes");
        Loader.Control("-l", "-P", $"{escapes.Pid}");
        escapes.Begin();
        escapes.AwaitDone();
        var orphan = Find(Exact(escapes.Pid), "orphan", "mutex");
        Assert.Equal((2, 1), Counts(orphan)); // a thread had it, though it has died
        Assert.Equal(1, orphan.GetProperty("hold").GetProperty("count").GetInt32());
        Assert.InRange(orphan.GetProperty("hold").GetProperty("max_ns").GetInt64(), 0, 45_000_000); // not from the one that has died on
        escapes.Begin();
        escapes.AwaitDone();
        var handed = Find(Exact(escapes.Pid), "handed", "mutex");
        Assert.Equal((1, 0), Counts(handed));
        Assert.InRange(handed.GetProperty("hold").GetProperty("time_ns").GetInt64(), 50_000_000, 500_000_000);
        escapes.Begin();
        escapes.AwaitDone();
        Assert.DoesNotContain(Exact(escapes.Pid).GetProperty("by_lock").EnumerateArray(), its => Counts(its).Acquisitions == 101);
        escapes.Begin();
        escapes.AwaitDone();
        Assert.Equal((107, 0), Counts(Find(Exact(escapes.Pid), "elsewhere", "mutex")));
        escapes.Begin();
        escapes.AwaitDone();
        var shared = Assert.Single(Exact(escapes.Pid).GetProperty("by_lock").EnumerateArray(), its => Counts(its).Acquisitions == 103);
        Assert.Equal(103, shared.GetProperty("hold").GetProperty("count").GetInt32());
        Loader.Control("-d");
        Eventually.True(() => Traps(escapes.Pid).Count == 0, "its code is as it was");
    }

    /// <summary>Its process is probed, and of its calls alone figures are made.</summary>
    [Fact]
    public void A_thread_that_is_a_target_has_its_own_locks_alone()
    {
        var locks = Start("locks");
        int[] tids = [.. Proc.Threads(locks.Pid).Order()];
        Loader.Control("-l", "-p", $"{tids[1]}");
        locks.Go();
        var uses = LockedLife.OfThread(Loader, tids[1]).Json.GetProperty("exact").GetProperty("by_lock").EnumerateArray();
        Assert.Equal(97, uses.Where(its => its.TryGetProperty("name", out _)).Sum(its => Counts(its).Acquisitions));
    }

    /// <summary>All of its threads run into the probes of both.</summary>
    [Fact]
    public void Two_policies_of_one_process_count_each_lock_once()
    {
        var exact = Start("exact");
        Loader.Control("-l", "-p", $"{exact.Pid}");
        Loader.Control("-l", "-P", $"{exact.Pid}");
        exact.Go();
        exact.Go();
        AssertCounted(Exact(exact.Pid));
        Loader.Control("-d", "-l", "-P", $"{exact.Pid}");
        Assert.NotEmpty(Traps(exact.Pid)); // those of the thread
        Loader.Control("-d");
        Eventually.True(() => Traps(exact.Pid).Count == 0, "its code is as it was");
    }

    [Fact]
    public void A_mutex_that_a_thread_has_taken_twice_is_held_until_the_last_one_is_given_back()
    {
        var escapes = Start("escapes");
        Loader.Control("-l", "-p", $"{escapes.Pid}");
        escapes.Begin();
        escapes.AwaitDone();
        var recursive = Find(LockedLife.OfThread(Loader, escapes.Pid).Json.GetProperty("exact"), "twice", "mutex");
        Assert.Equal(2 * 89, Counts(recursive).Acquisitions);
        Assert.Equal(89, recursive.GetProperty("hold").GetProperty("count").GetInt32());
    }

    [Fact]
    public void Probes_that_are_put_anew_go_on_counting()
    {
        var exact = Start("exact");
        Loader.Control("-l", "-P", $"{exact.Pid}");
        exact.Go();
        string[] before = Pinned();
        Assert.Contains("probes at ", Loader.Control("-l", "-P", $"{exact.Pid}"), StringComparison.Ordinal);
        Assert.Empty(Pinned().Intersect(before));
        Assert.Equal(before.Length, Pinned().Length);
        exact.Go();
        AssertCounted(Exact(exact.Pid));
    }

    [Fact]
    public void The_next_loader_goes_on_with_what_was_taken_while_there_was_none()
    {
        var exact = Start("exact");
        Loader.Control("-l", "-P", $"{exact.Pid}");
        Loader.Signal(Signals.Kill);
        Loader.AwaitExit();
        exact.Go();
        exact.Go();
        using var next = Loader.StartOn(Loader.Directory, "-l");
        AssertCounted(LockedLife.Of(next, exact.Pid).Json.GetProperty("exact"));
        next.Stop();
    }

    [Fact]
    public void Without_probes_where_waits_alone_are_wanted()
    {
        var exact = Start("exact");
        Assert.Contains(": lock (contention)", Loader.Control("--lock=contention", "-P", $"{exact.Pid}"), StringComparison.Ordinal);
        Assert.Empty(Traps(exact.Pid));
        Loader.Control("-l");
        Assert.Empty(Pinned());
    }

    /// <summary>After both turns.</summary>
    private static void AssertCounted(JsonElement exact)
    {
        foreach (var its in LocksTaken.All)
        {
            var found = Find(exact, its.Name, its.Kind);
            Assert.Equal((its.Name, LocksTaken.Threads * its.Times + its.Rounds + its.More, its.Rounds), (its.Name, Counts(found).Acquisitions, Counts(found).Contended));
            Assert.Equal((its.Name, its.Failed), (its.Name, found.GetProperty("failed").GetInt32()));
            Assert.False(found.TryGetProperty("holder", out _));
        }
    }

    private int Named(int pid) => Exact(pid).GetProperty("by_lock").EnumerateArray().Count(its => its.TryGetProperty("name", out _));

    private string[] Pinned() => Directory.GetFiles(Path.Combine(Loader.Directory, "probes"));

    private JsonElement Exact(int pid) => LockedLife.Of(Loader, pid).Json.GetProperty("exact");

    private static JsonElement Find(JsonElement exact, string name, string kind) => Assert.Single(
        exact.GetProperty("by_lock").EnumerateArray(),
        its => its.TryGetProperty("name", out var its1) && its1.GetString() == name && its.GetProperty("kind").GetString() == kind);

    private static (int Acquisitions, int Contended) Counts(JsonElement found) =>
        (found.GetProperty("acquisitions").GetInt32(), found.GetProperty("contended").GetInt32());

    private static long Time(JsonElement exact, string kind, string what) =>
        exact.GetProperty("by_kind").GetProperty(kind).GetProperty(what).GetProperty("time_ns").GetInt64();

    /// <summary>Bytes of its C library that are not those of the file: breakpoints.</summary>
    private static List<long> Traps(int pid)
    {
        string[] mapping = File.ReadLines($"/proc/{pid}/maps").Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .First(fields => fields[1][2] == 'x' && fields[^1].Contains("/libc.so", StringComparison.Ordinal));
        long[] range = [.. mapping[0].Split('-').Select(address => long.Parse(address, NumberStyles.HexNumber, CultureInfo.InvariantCulture))];
        byte[] mapped = new byte[range[1] - range[0]], file = new byte[mapped.Length];
        using var memory = File.OpenHandle($"/proc/{pid}/mem");
        using var library = File.OpenHandle(mapping[^1]);
        Assert.Equal(mapped.Length, RandomAccess.Read(memory, mapped, range[0]));
        int count = RandomAccess.Read(library, file, long.Parse(mapping[2], NumberStyles.HexNumber, CultureInfo.InvariantCulture));
        return [.. Enumerable.Range(0, count).Where(at => mapped[at] != file[at] && mapped[at] == 0xcc).Select(at => (long)at)];
    }
}
