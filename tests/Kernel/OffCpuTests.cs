using System.Globalization;

namespace ProcImage.Tests.Kernel;

/// <summary>Where targets block, by names that a person knows.</summary>
public sealed class OffCpuTests(ITestOutputHelper log) : KernelTest(log)
{
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
    public void Python_waits_in_its_sleep_and_what_has_no_frame_pointers_is_said()
    {
        using var python = new Child("python3", "-c", "import time\nwhile True: time.sleep(0.007)");
        string[] frames = TopOf(python.Pid, "time_sleep");
        AssertInOrder(frames, "[no frame pointers]", "time_sleep", "hrtimer_nanosleep");
    }

    [Fact]
    public void Node_waits_in_its_event_loop()
    {
        using var node = new Child("node", "--perf-basic-prof", "-e", "setInterval(() => {}, 7)");
        AssertInOrder(TopOf(node.Pid, "uv__io_poll"), "uv__io_poll", "do_epoll_wait");
    }

    [Fact]
    public void The_longest_comes_first_and_the_names_outlive_the_process()
    {
        using var python = new Child("python3", "-c", "import time\nwhile True: time.sleep(0.007)");
        string before = AwaitNames(python.Pid, "time_sleep");
        var counts = before.TrimEnd().Split('\n').Select(line => long.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
        Assert.Equal(counts.OrderDescending(), counts);
        var life = Life.Of(Loader, python.Pid);
        python.Signal(Signals.Kill);
        Life.AwaitDeath(Loader, python.Pid);
        Assert.Contains("time_sleep", Loader.Get($"{life.Address}/offcpu"), StringComparison.Ordinal);
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        Directory.Delete(_directory, recursive: true);
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
}
