using System.Runtime.CompilerServices;
using Libbpf;

namespace ProcImage.Tests.Kernel;

/// <summary>Pins are root's alone, unless a group is given, whose members write policies and do nothing else.</summary>
public sealed class GroupTests(ITestOutputHelper log) : KernelTest(log, "-a", "--group", $"{Members}")
{
    private const int Members = 64_907;
    private const int LoaderPid = 2; // the third number in the control map
    private readonly Unprivileged _others = new();

    [Fact]
    public void Members_write_policies_without_any_capability()
    {
        var naps = Start("naps", 1009);
        Assert.StartsWith("imaging process", ByMember("-rS", "-P", $"{naps.Pid}"), StringComparison.Ordinal);
        naps.Go();
        Assert.True(Loader.Scrape().Of(naps.Pid).Has("proc_image_process_cpu_seconds_total"));
        Assert.Contains(
            $"process {naps.Pid} (naps): resource, schedule; 1 task", ByMember("--status"), StringComparison.Ordinal);
        Assert.Contains($"loader:    pid {Loader.Pid}", ByMember("--status"), StringComparison.Ordinal);
        Assert.Contains("every process", ByMember("-S", "-t60"), StringComparison.Ordinal);
        Assert.StartsWith("removed policy", ByMember("-d"), StringComparison.Ordinal);
        Assert.Equal(0, Loader.Status().GetProperty("policies").GetArrayLength());
        _others.AsNobody("cat", [Loader.TextIterator], Members).AssertDone();
    }

    [Theory]
    [InlineData("-rS")]
    [InlineData("-d")]
    [InlineData("--status")]
    [InlineData("-f")]
    public void Others_are_refused(string option) =>
        _others.AsNobody("controller", [option, "--bpffs", Loader.Directory]).AssertRefused(3);

    [Fact]
    public void A_member_who_would_finish_is_refused_and_nothing_changes()
    {
        string[] pins = Pins();
        var ran = _others.AsNobody("controller", ["-f", "--bpffs", Loader.Directory], Members);
        ran.AssertRefused(3);
        Assert.Contains("run as root", ran.Error, StringComparison.Ordinal);
        Assert.Equal(pins, Pins());
        Assert.False(Loader.HasExited);
    }

    [Theory]
    [InlineData("rm {0}/control")]
    [InlineData("rm {0}/iters/text")]
    [InlineData("mv {0}/control {0}/other")]
    [InlineData("mkdir {0}/mine")]
    [InlineData("rmdir {0}/links")]
    [InlineData("ls {0}")]
    [InlineData("ls {0}/links")]
    [InlineData("chmod 777 {0}/control")]
    [InlineData("flock -n {0} true")]
    public void Members_can_do_nothing_else(string command)
    {
        string[] pins = Pins();
        string line = string.Format(null, System.Text.CompositeFormat.Parse(command), Loader.Directory);
        Assert.NotEqual(0, _others.AsNobody("sh", ["-c", line], Members).Status);
        Assert.Equal(pins, Pins());
    }

    [Fact]
    public void What_a_member_writes_does_not_tell_root_whom_to_kill()
    {
        var naps = Start("naps", 11);
        using (var control = BpfMap.OpenPinned(Path.Combine(Loader.Directory, "control")))
        {
            var value = control.Lookup<uint, ControlWords>(0);
            value[LoaderPid] = (uint)naps.Pid;
            control.Update(0u, value);
        }

        Loader.Control("-f");
        Assert.Equal(0, Loader.AwaitExit());
        Loader.AssertNothingPinned();
        Assert.Equal('S', Proc.Stat(naps.Pid).State);
    }

    [Fact]
    public void The_next_loader_decides_afresh()
    {
        Loader.Signal(Signals.Kill);
        Loader.AwaitExit();
        ByMember("--status");
        using (var closed = Loader.StartOn(Loader.Directory))
        {
            _others.AsNobody("controller", ["--status", "--bpffs", Loader.Directory], Members).AssertRefused(3);
            closed.Signal(Signals.Kill);
            closed.AwaitExit();
            using var open = Loader.StartOn(Loader.Directory, "-a", "--group", $"{Members}");
            ByMember("-r");
            open.Stop();
        }
    }

    [Fact]
    public void In_standby_a_member_uses_what_is_attached_and_is_refused_where_more_would_have_to_be()
    {
        using var standby = Loader.Start("-a", "--standby", "--group", $"{Members}");
        var naps = Start("naps", 11);
        string[] pins = ["--bpffs", standby.Directory];
        _others.AsNobody("controller", ["-r", "-P", $"{naps.Pid}", .. pins], Members).AssertRefused(3);
        standby.Control("-r", "-P", $"{Environment.ProcessId}");
        _others.AsNobody("controller", ["-r", "-P", $"{naps.Pid}", .. pins], Members).AssertDone();
        Assert.True(standby.Scrape().Of(naps.Pid).Has("proc_image_process_cpu_seconds_total"));
        _others.AsNobody("controller", ["-S", "-P", $"{naps.Pid}", .. pins], Members).AssertRefused(3);
        standby.Stop();
    }

    [Fact]
    public void A_group_that_there_is_not_is_refused()
    {
        string directory = Loader.NewDirectory();
        var ran = Ran.With(
            Requirements.Built("proc_image"),
            "-a", "--listen", "none", "--group", "no such group", "--bpffs", directory);
        ran.AssertRefused(1);
        Assert.Contains("'no such group'", ran.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(directory));
    }

    [Fact]
    public void A_group_goes_by_its_name_too()
    {
        using var loader = Loader.Start("-a", "--group", "daemon");
        Assert.Equal("710 root daemon\n", Ran.With("stat", "-c", "%a %U %G", loader.Directory).AssertDone().Output);
        loader.Stop();
    }

    [Fact]
    public void A_bpffs_that_the_group_cannot_pass_is_told_of()
    {
        using var loader = Loader.StartBy(
            ["unshare", "--mount", "sh", "-c", "mount -t bpf -o mode=0700 bpf /sys/fs/bpf && exec \"$@\"", "sh"],
            ["-a", "--group", $"{Members}"]);
        Eventually.True(() => loader.Errors.Length > 0, "a line");
        Assert.Equal(
            $"proc_image: group {Members} cannot pass /sys/fs/bpf; 'chmod o+x /sys/fs/bpf' lets it", loader.Errors);
        loader.Stop();
    }

    [Fact]
    public void A_bpffs_that_the_loader_mounts_lets_the_group_pass()
    {
        using var loader = Loader.StartBy(
            ["unshare", "--mount", "sh", "-c", "umount --lazy --all-targets /sys/fs/bpf; exec \"$@\"", "sh"],
            ["-a", "--group", $"{Members}"]);
        loader.AwaitLine("mounted a bpffs");
        loader.Stop();
        Assert.Equal("", loader.Errors);
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _others.Dispose();
    }

    [InlineArray(72)]
    private struct ControlWords
    {
        private uint _first;
    }

    private string ByMember(params string[] arguments) =>
        _others.AsNobody("controller", [.. arguments, "--bpffs", Loader.Directory], Members).AssertDone().Output;

    private string[] Pins() =>
        Ran.With("find", Loader.Directory, "-printf", "%p %m %U %G\n").AssertDone().Output.Split('\n');
}
