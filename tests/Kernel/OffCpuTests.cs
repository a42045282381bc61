using System.Globalization;
using System.Text.Json;

namespace ProcImage.Tests.Kernel;

/// <summary>Where targets block, by names that a person knows.</summary>
public sealed class OffCpuTests(ITestOutputHelper log) : KernelTest(log)
{
    private static readonly string[] _parts = ["kernel", "user"];
    private const long Second = 1_000_000_000;
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(30);
    private readonly string _directory = Directory.CreateTempSubdirectory("proc-image-offcpu-").FullName;

    [Theory]
    [InlineData("nanosleep", "do_nanosleep")]
    [InlineData("poll", "do_sys_poll")]
    public void A_program_in_C_waits_in_its_own_function(string how, string inKernel)
    {
        string[] frames = TopOf(Stopped("waits", how));
        AssertInOrder(frames, "asks_to_wait", "waits_here", inKernel, "schedule");
    }

    [Fact]
    public void A_program_without_symbols_has_offsets_in_its_file()
    {
        string stripped = Path.Combine(_directory, "stripped");
        Ran.With("strip", "-o", stripped, Workloads.PathOf("waits")).AssertDone();
        string[] frames = TopOf(Stopped(new Child(stripped, "nanosleep")));
        Assert.Contains(frames, frame => frame.StartsWith("[stripped+0x", StringComparison.Ordinal));
        AssertInOrder(frames, "do_nanosleep", "schedule");
    }

    [Fact]
    public void Python_waits_in_its_sleep_though_it_has_no_frame_pointers()
    {
        using var python = new Child("python3", "-c", "import time\nwhile True: time.sleep(0.007)");
        string[] frames = TopOf(python.Pid, "time_sleep");
        AssertInOrder(frames, "_start", "Py_BytesMain", "time_sleep", "hrtimer_nanosleep");
    }

    [Fact]
    public void Node_waits_in_its_event_loop()
    {
        using var node = new Child("env", "-C", _directory, "node", "--perf-basic-prof", "-e", "setInterval(() => {}, 7)");
        using var map = new PerfMapOf(node.Pid);
        AssertInOrder(TopOf(node.Pid, "uv__io_poll"), "uv__io_poll", "do_epoll_wait");
    }

    [Fact]
    public void Node_waits_in_its_own_function()
    {
        const string Script = """
            const never = new Int32Array(new SharedArrayBuffer(4));
            function waitsInScript() { Atomics.wait(never, 0, 0, 7); }
            setInterval(waitsInScript, 1);
            """;
        using var node = new Child(
            "env", "-C", _directory, "node", "--perf-basic-prof", "--interpreted-frames-native-stack", "-e", Script);
        using var map = new PerfMapOf(node.Pid);
        string line = AwaitNames(node.Pid, "waitsInScript").Split('\n')
            .First(each => each.Contains("waitsInScript", StringComparison.Ordinal));
        Log.WriteLine(line);
        Assert.Matches(@";JS:\S*waitsInScript [^;]*;.*;pthread_cond_timedwait;.*;__schedule ", line);
    }

    /// <summary>libc uses the frame pointer for something else while it waits.</summary>
    [Fact]
    public void A_NET_program_waits_in_its_own_method()
    {
        using var net = new Child(
            "env", "DOTNET_PerfMapEnabled=1", "dotnet", "exec", NetProgram.Compile(_directory), "7");
        using var map = new PerfMapOf(net.Pid);
        Assert.Equal("ready", net.ReadLine(_limit));
        string[] frames = TopOf(net.Pid, "Waits::InMethod(");
        int main = Array.FindIndex(frames, frame => frame.Contains("Waits::Main(", StringComparison.Ordinal));
        int method = Array.FindIndex(frames, frame => frame.Contains("Waits::InMethod(", StringComparison.Ordinal));
        int runtime = Array.FindIndex(frames, method, frame => frame.StartsWith("[libcoreclr.so+", StringComparison.Ordinal));
        Assert.True(main >= 0 && main < method && method < runtime, $"{main} {method} {runtime}");
        AssertInOrder(frames[runtime..], "__schedule");
    }

    [Fact]
    public void Where_nothing_says_who_has_called_a_function_that_is_said()
    {
        string program = Path.Combine(_directory, "frameless");
        Ran.With(
            Requirements.Installed("gcc", "gcc"), "-O1", "-fomit-frame-pointer", "-fno-asynchronous-unwind-tables", "-pthread",
            "-o", program, Path.Combine(Repository.Root, "tests", "workloads", "conditions.c")).AssertDone();
        var frameless = Own(new Child(program));
        frameless.ReadLine(_limit);
        string[] frames = TopOf(frameless.Pid, "pthread_cond_");
        Assert.Equal("[no frame pointers]", frames[0]);
        AssertInOrder(frames, "pthread_cond_timedwait", "__schedule");
    }

    /// <summary>What they wait by has no frame pointers: to a walk along them all are at the same place.</summary>
    [Fact]
    public void Threads_that_wait_for_different_reasons_wait_at_different_places()
    {
        var waits = Own(new Child(Workloads.PathOf("conditions")));
        waits.ReadLine(_limit);
        AwaitNames(waits.Pid, "long_wait");
        string text = AwaitNames(waits.Pid, "short_wait");
        Log.WriteLine(text);
        var lines = text.Split('\n').Where(line => line.Contains("pthread_cond_", StringComparison.Ordinal)).ToList();
        Assert.DoesNotContain(lines, line => line.Contains("long_wait", StringComparison.Ordinal) && line.Contains("short_wait", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("long_wait", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("short_wait", StringComparison.Ordinal));
    }

    /// <summary>As a program does that starts from a cold disk.</summary>
    [Fact]
    public void A_thread_that_first_waits_at_many_places_is_known_by_the_callers_of_later_ones()
    {
        var waits = Own(new Child(Workloads.PathOf("conditions"), "100"));
        waits.ReadLine(_limit);
        Loader.Control("-k1", "-P", $"{waits.Pid}");
        waits.Say("");
        string text = AwaitNames(waits.Pid, "short_wait;");
        Assert.Contains("short_wait;", text, StringComparison.Ordinal);
        Assert.Contains("long_wait;", AwaitNames(waits.Pid, "long_wait;"), StringComparison.Ordinal);
    }

    /// <summary>While it is called a trampoline of the kernel's stands in place of its return address.</summary>
    [Fact]
    public void Who_has_called_a_function_that_is_probed_is_known()
    {
        var waits = Own(new Child(Workloads.PathOf("conditions")));
        waits.ReadLine(_limit);
        Loader.Control("-k1", "-l", "-P", $"{waits.Pid}");
        AwaitNames(waits.Pid, "short_wait");
        Thread.Sleep(500);
        string text = AwaitNames(waits.Pid, "long_wait");
        Log.WriteLine(text);
        Assert.All(
            text.Split('\n').Where(line => line.Contains("pthread_cond_", StringComparison.Ordinal)),
            line => Assert.Contains("_wait;", line, StringComparison.Ordinal));
    }

    [Fact]
    public void A_program_that_only_its_own_mount_namespace_has_keeps_its_names()
    {
        string program = Workloads.PathOf("waits");
        var hidden = new Child(
            Requirements.Installed("unshare", "util-linux"), "-m", "sh", "-c",
            $"mount -t tmpfs none {_directory} && cp {program} {_directory}/hidden && exec {_directory}/hidden nanosleep");
        Eventually.True(() => Proc.Stat(hidden.Pid).Comm == "hidden", "it has begun");
        Assert.False(File.Exists(Path.Combine(_directory, "hidden")));
        AssertInOrder(TopOf(Stopped(hidden)), "asks_to_wait", "waits_here", "do_nanosleep", "schedule");
    }

    /// <summary>Anybody can give his files any time; that costs nobody his names, nor the loader its life.</summary>
    [Fact]
    public void A_program_from_the_far_future_has_names()
    {
        string program = Path.Combine("/dev/shm", Path.GetRandomFileName()); // tmpfs keeps any time
        File.Copy(Workloads.PathOf("waits"), program);
        try
        {
            Ran.With("touch", "-d", "@99999999999999", program).AssertDone();
            AssertInOrder(TopOf(Stopped(new Child(program, "poll"))), "waits_here", "do_sys_poll");
        }
        finally
        {
            File.Delete(program);
        }
    }

    /// <summary>An exec replaces all mappings.</summary>
    [Fact]
    public void Each_of_two_programs_of_a_process_has_its_own_names()
    {
        var chain = Own(new Child(Workloads.PathOf("chain")));
        chain.ReadLine(_limit);
        AwaitNames(chain.Pid, "first_program");
        chain.Say("");
        chain.ReadLine(_limit);
        AwaitNames(chain.Pid, "second_program");
        Thread.Sleep(1500); // whatever is still to be named is named by then
        var life = Life.Of(Loader, chain.Pid);
        var stacks = Loader.GetJson($"{life.Address}/offcpu.json").EnumerateArray()
            .Select(Names).ToList();
        Assert.Contains(stacks, frames => frames.Contains("first_program"));
        Assert.Contains(stacks, frames => frames.Contains("second_program"));
        foreach (var frames in stacks)
        {
            Log.WriteLine(string.Join(';', frames));
            Assert.False(frames.Contains("first_program") && frames.Contains("second_program"));
            Assert.DoesNotContain(frames, frame => frame.StartsWith("[0x", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void All_places_together_have_the_time_that_the_ledger_has() => AssertPlacesHaveAllTime(503);

    /// <summary>Where who had the CPU before is hidden from tracing: the init of a virtual machine, kept busy here.</summary>
    [Fact]
    public void So_they_have_where_the_end_of_a_wait_is_not_seen()
    {
        using var orphans = Workloads.Orphans();
        AssertPlacesHaveAllTime(5003);
    }

    [Fact]
    public void A_ledger_that_begins_anew_has_places_that_do()
    {
        var chain = Own(new Child(Workloads.PathOf("chain")));
        chain.ReadLine(_limit);
        string before = Eventually.Get(() => AwaitNames(chain.Pid, "first_program"), text => Times(text).Sum() > Second);
        Loader.Control("-d");
        var life = Life.Of(Loader, chain.Pid);
        string after = Loader.Get($"{life.Address}/offcpu");
        Assert.InRange(Times(after).Sum(), Times(before).Sum(), long.MaxValue);
        Thread.Sleep(100);
        Assert.Equal(after, Loader.Get($"{life.Address}/offcpu"));
        for (int i = 0; i < 3; i++)
        {
            Loader.Control("-k1", "-P", $"{chain.Pid}");
            life = Eventually.Get(() => Life.Of(Loader, chain.Pid), again => again.LedgerSince > life.LedgerSince);
            string anew = Eventually.Get(
                () => Loader.Get($"{life.Address}/offcpu"), text => text.Contains("naps", StringComparison.Ordinal));
            long spent = ((DateTime.UtcNow - DateTime.UnixEpoch).Ticks * 100) - life.LedgerSince;
            Assert.InRange(Times(anew).Sum(), 1, spent);
            Assert.Contains("first_program", anew, StringComparison.Ordinal);
            Loader.Control("-d");
        }
    }

    [Fact]
    public void A_life_that_has_not_waited_has_no_places_and_one_that_is_not_shown_is_not_there()
    {
        var spends = Start("spends", "sleep", 101, -1);
        Loader.Control("-k1", "-P", $"{spends.Pid}");
        var life = Life.Of(Loader, spends.Pid);
        Assert.Equal("", Loader.Get($"{life.Address}/offcpu"));
        Assert.Equal(0, Loader.GetJson($"{life.Address}/offcpu.json").GetArrayLength());
        string profile = Path.Combine(_directory, "profile.gz");
        File.WriteAllBytes(profile, Loader.Get($"{life.Address}/offcpu.pprof", "*/*").Body);
        Ran.With("gzip", "--test", profile).AssertDone();
        Assert.Null(Loader.TryGet($"/api/v1/processes/{spends.Pid}-1/offcpu"));
        spends.Go();
        var site = Loader.GetJson($"{life.Address}/offcpu.json")[0];
        Assert.Equal("sleeping", site.GetProperty("state").GetString());
        Assert.InRange(site.GetProperty("count").GetInt64(), 1, (101 / 7) + 1);
        Assert.InRange(site.GetProperty("seconds").GetDouble(), 0.007, 10);
        Assert.InRange(site.GetProperty("max_seconds").GetDouble(), 0.007, site.GetProperty("seconds").GetDouble());
        Assert.Equal("__schedule", site.GetProperty("kernel")[0].GetString()); // the innermost
    }

    [Fact]
    public void The_longest_comes_first_and_the_names_outlive_the_process()
    {
        using var python = new Child("python3", "-c", "import time\nwhile True: time.sleep(0.007)");
        string before = AwaitNames(python.Pid, "time_sleep");
        var counts = Times(before);
        Assert.Equal(counts.OrderDescending(), counts);
        var life = Life.Of(Loader, python.Pid);
        python.Signal(Signals.Kill);
        Life.AwaitDeath(Loader, python.Pid);
        Assert.Contains("time_sleep", Loader.Get($"{life.Address}/offcpu"), StringComparison.Ordinal);
    }

    private static List<string> Names(JsonElement site) =>
        [.. _parts.SelectMany(part => site.GetProperty(part).EnumerateArray()).Select(frame => frame.GetString()!)];

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        Directory.Delete(_directory, recursive: true);
    }

    private void AssertPlacesHaveAllTime(int milliseconds)
    {
        var spends = Start("spends", "sleep", milliseconds, -1);
        Loader.Control("-k1", "-P", $"{spends.Pid}");
        spends.Go();
        spends.End();
        var life = Life.AwaitDeath(Loader, spends.Pid);
        using var stream = new SliceReader(Loader, life);
        var slices = stream.ReadTo().Slices;
        life = Life.Of(Loader, spends.Pid); // what its last slice has added
        // It slept when it became a target: where, nobody has seen.
        long unseen = slices[1].Begin - slices[1].Wait - slices[0].End;
        long expected = life.In("sleeping") + life.In("disk") + life.In("stopped") - unseen;
        long sum = Times(Loader.Get($"{life.Address}/offcpu")).Sum();
        Log.WriteLine($"{sum} ns at its places, {expected} ns in the ledger");
        Assert.Equal(expected, sum);
        Assert.Equal(0, Loader.Scrape().Value("proc_image_losses_total", ("cause", "stack")));
    }

    private int Stopped(string workload, string argument) => Stopped(new Child(Workloads.PathOf(workload), argument));

    // Blocked times are told when they are over: so it is stopped, and goes on.
    private int Stopped(Child child)
    {
        Own(child);
        Eventually.True(() => Proc.Stat(child.Pid).State == 'S', "it waits");
        Loader.Control("-k1", "-P", $"{child.Pid}");
        for (int i = 0; i < 3; i++)
        {
            child.Signal(Signals.Stop);
            Eventually.True(() => Proc.Stat(child.Pid).State == 'T', "it is stopped");
            child.Signal(Signals.Continue);
            Eventually.True(() => Proc.Stat(child.Pid).State == 'S', "it waits again");
        }

        return child.Pid;
    }

    private string[] TopOf(int pid, string name = "schedule")
    {
        string[] lines = AwaitNames(pid, name).TrimEnd().Split('\n');
        Log.WriteLine(string.Join('\n', lines.Take(5)));
        string line = lines.First(each => each.Contains(name, StringComparison.Ordinal) && !each.Contains("do_signal_stop", StringComparison.Ordinal));
        return line[..line.LastIndexOf(' ')].Split(';');
    }

    private string AwaitNames(int pid, string name)
    {
        if (Life.All(Loader).All(life => life.Tgid != pid))
            Loader.Control("-k1", "-P", $"{pid}");
        var life = Life.Of(Loader, pid);
        return Eventually.Get(
            () => Loader.TryGet($"{life.Address}/offcpu") ?? "", text => text.Contains(name, StringComparison.Ordinal));
    }

    /// <summary>Of each line: ns.</summary>
    private static List<long> Times(string text) =>
    [
        .. text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => long.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture)),
    ];

    private static void AssertInOrder(string[] frames, params string[] names)
    {
        int at = -1;
        foreach (string name in names)
        {
            int next = Array.FindIndex(frames, at + 1, frame => frame == name);
            Assert.True(next > at, $"{name} is not behind {string.Join(';', frames[..(at + 1)])} in {string.Join(';', frames)}");
            at = next;
        }
    }

    /// <summary>What a process writes down of what it compiles goes with the test.</summary>
    private sealed class PerfMapOf(int pid) : IDisposable
    {
        public void Dispose()
        {
            File.Delete($"/tmp/perf-{pid}.map");
            File.Delete($"/tmp/perfinfo-{pid}.map");
        }
    }
}
