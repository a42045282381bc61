using System.Globalization;

namespace ProcImage.Tests.Kernel;

/// <summary>
/// Both commands run with what README says that they need, and without it say in one line what is missing.
/// </summary>
public sealed class PrivilegeTests : IDisposable
{
    private const ulong SysPtrace = 1UL << 19;
    private readonly Unprivileged _others = new();

    [Fact]
    public void BPF_and_PERFMON_alone_preload_serve_and_finish()
    {
        using var loader = Loader.StartBy(Unprivileged.RootWith("+bpf,+perfmon"));
        using var naps = Workload.Start("naps", 11);
        loader.Control("-rS", "-s10", "-P", $"{naps.Pid}");
        naps.Go();
        Assert.True(loader.Scrape().Of(naps.Pid).Has("proc_image_sched_delay_seconds_count"));
        loader.Stop();
    }

    [Theory]
    [InlineData("+bpf", "(CAP_PERFMON missing)")]
    [InlineData("+perfmon", "(CAP_BPF missing)")]
    [InlineData("+sys_ptrace", "(CAP_PERFMON and CAP_BPF missing)")]
    public void What_is_missing_is_named(string capabilities, string message)
    {
        string directory = Loader.NewDirectory();
        string[] setpriv = Unprivileged.RootWith(capabilities);
        var ran = Ran.With(
            setpriv[0],
            [.. setpriv[1..], Requirements.Built("proc_image"), "-a", "--listen", "none", "--bpffs", directory]);
        ran.AssertRefused(3);
        Assert.Contains(message, ran.Error, StringComparison.Ordinal);
        Assert.Contains("run as root with CAP_BPF and CAP_PERFMON", ran.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(directory));
    }

    [Fact]
    public void After_attaching_no_thread_has_more_than_SYS_PTRACE()
    {
        using var loader = Loader.Start();
        loader.Scrape();
        var threads = Proc.Threads(loader.Pid);
        Assert.True(threads.Count > 1);
        foreach (int tid in threads)
        {
            var sets = File.ReadLines($"/proc/{loader.Pid}/task/{tid}/status")
                .Where(line => line.StartsWith("Cap", StringComparison.Ordinal)).ToArray();
            Assert.Equal(5, sets.Length);
            Assert.All(sets, set => Assert.True((Number(set) & ~SysPtrace) == 0, $"thread {tid}: {set}"));
        }

        loader.Stop();
    }

    /// <summary>Beside a storm on all CPUs: whoever fills a ring buffer leaves them the time to empty it.</summary>
    [Fact]
    public void Only_threads_that_empty_ring_buffers_have_a_priority_and_only_with_SYS_NICE()
    {
        using (var loader = Loader.Start())
        {
            loader.Control("-k1", "-r");
            Ran.With("sh", "-c", "for i in 1 2 3 4 5 6 7 8 9 10 11; do /bin/true; done").AssertDone();
            loader.Scrape();
            Assert.All(Nices(loader.Pid), thread => Assert.Equal(thread.Name is "events" or "slices" or "starter" ? -15 : 0, thread.Nice));
            loader.Stop();
        }

        using (var without = Loader.StartBy(Unprivileged.RootWith("+bpf,+perfmon")))
        {
            Assert.All(Nices(without.Pid), thread => Assert.Equal(0, thread.Nice));
            without.Stop();
        }
    }

    [Fact]
    public void A_nice_value_that_somebody_has_chosen_is_that_of_all_threads()
    {
        using var loader = Loader.StartBy("nice", "-n", "5");
        Assert.All(Nices(loader.Pid), thread => Assert.Equal(5, thread.Nice));
        loader.Stop();
    }

    [Fact]
    public void The_program_path_of_another_users_process_and_run_times_can_still_be_read()
    {
        using var loader = Loader.Start();
        using var other = new Child(
            Requirements.Installed("setpriv", "util-linux"), "--reuid=65534", "--clear-groups", "sleep", "60");
        Eventually.True(() => File.ReadAllText($"/proc/{other.Pid}/comm") == "sleep\n", "sleep runs");
        loader.Control("-r", "-P", $"{other.Pid}");
        var found = loader.Scrape();
        string exe = found.Of(other.Pid).One("proc_image_process_info").Labels["exe"];
        Assert.EndsWith("/sleep", exe, StringComparison.Ordinal);
        Assert.Equal(12, found.Named("proc_image_hook_run_seconds_total").All.Count);
        loader.Stop();
    }

    [Fact]
    public void A_port_below_1024_can_still_be_had()
    {
        string directory = Loader.NewDirectory();
        using var loader = new Child(
            Requirements.Built("proc_image"), "-a", "--listen", "127.0.0.1:1019", "--bpffs", directory);
        Assert.StartsWith("preloaded", loader.ReadLine(TimeSpan.FromSeconds(20)), StringComparison.Ordinal);
        Assert.Equal("listening on http://127.0.0.1:1019", loader.ReadLine(TimeSpan.FromSeconds(20)));
        Ran.With(Requirements.Built("controller"), "-f", "--bpffs", directory).AssertDone();
        Assert.Equal(0, loader.AwaitExit(TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public void The_controller_needs_no_capability_as_the_owner_of_the_pins()
    {
        using var loader = Loader.Start();
        string[] setpriv = Unprivileged.RootWith("");
        foreach (string option in new[] { "-rS", "--status", "-d", "-f" })
            Ran.With(
                setpriv[0],
                [.. setpriv[1..], Requirements.Built("controller"), option, "--bpffs", loader.Directory]).AssertDone();
        Assert.Equal(0, loader.AwaitExit());
        loader.AssertNothingPinned();
    }

    [Theory]
    [InlineData("-rS")]
    [InlineData("-d")]
    [InlineData("--status")]
    [InlineData("-f")]
    public void Who_is_not_root_is_told_so_by_the_controller(string option)
    {
        using var loader = Loader.Start();
        var ran = _others.AsNobody("controller", [option, "--bpffs", loader.Directory]);
        ran.AssertRefused(3);
        Assert.Contains("run as root", ran.Error, StringComparison.Ordinal);
        loader.Stop();
    }

    [Fact]
    public void Who_is_not_root_is_told_so_by_the_loader()
    {
        string directory = Loader.NewDirectory();
        var ran = _others.AsNobody("proc_image", ["-a", "--listen", "none", "--bpffs", directory]);
        ran.AssertRefused(3);
        Assert.Contains("run as root", ran.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(directory));
    }

    public void Dispose() => _others.Dispose();

    private static List<(string Name, int Nice)> Nices(int pid)
    {
        var threads = Proc.Threads(pid).Select(tid => File.ReadAllText($"/proc/{pid}/task/{tid}/stat")).Select(stat => (
            stat[(stat.IndexOf('(') + 1)..stat.LastIndexOf(')')],
            int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[16], CultureInfo.InvariantCulture))).ToList();
        Assert.Contains(threads, thread => thread.Item1 == "events");
        Assert.Contains(threads, thread => thread.Item1 == "slices");
        return threads;
    }

    private static ulong Number(string set) =>
        ulong.Parse(set.Split('\t')[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
