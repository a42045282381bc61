namespace ProcImage.Tests.Kernel;

/// <summary>
/// What the machine or the privileges do not have is told in one line, and nothing is left. Mounts are changed in a
/// namespace of their own.
/// </summary>
public sealed class UnfitMachineTests : IDisposable
{
    // Of this mount alone: without 'bind' it would be read only for the whole machine.
    private const string ReadOnly = "mount -o remount,bind,ro /sys/fs/bpf";

    private readonly string _empty = Directory.CreateTempSubdirectory("proc-image-unfit-").FullName;
    private readonly string _directory = Loader.NewDirectory();

    public UnfitMachineTests() => Requirements.Root();

    [Fact]
    public void Who_is_not_root_cannot_preload()
    {
        using var others = new Unprivileged();
        AssertRefused(3, "run as root", others.AsNobody("proc_image", Preload("none")[1..]));
        Assert.Equal(3, others.AsNobody("proc_image", ["--check"]).Status);
    }

    [Fact]
    public void Without_a_bpffs_nothing_is_preloaded_and_nothing_is_made_elsewhere()
    {
        const string NoBpffs = "umount /sys/fs/bpf";
        AssertRefused(5, "start 'proc_image -a' first", In(NoBpffs, Control("-r")));
        string elsewhere = Path.Combine(_empty, "pins");
        AssertRefused(1, "name one below /sys/fs/bpf", In(
            NoBpffs, [Requirements.Built("proc_image"), "-r", "--listen", "none", "--bpffs", elsewhere]));
        Assert.False(Directory.Exists(elsewhere));
    }

    [Fact]
    public void Who_may_not_mount_a_bpffs_where_there_is_none_is_told_so() =>
        AssertRefused(3, "cannot mount /sys/fs/bpf", In(
            "umount /sys/fs/bpf",
            ["setpriv", "--bounding-set", "-sys_admin", "--inh-caps", "-sys_admin", .. Preload("none")]));

    [Fact]
    public void A_bpffs_that_is_read_only_is_refused() =>
        AssertRefused(1, "mount it writable", In(ReadOnly, Preload("none")));

    [Fact]
    public void On_a_bpffs_that_is_read_only_the_pins_of_a_dead_loader_stay_and_that_is_told()
    {
        using var loader = Loader.Start("-r");
        loader.Signal(Signals.Kill);
        loader.AwaitExit();
        string before = Pinned.State(loader.Directory);
        In(ReadOnly, [Requirements.Built("controller"), "-f", "--bpffs", loader.Directory]).AssertRefused(1);
        Assert.Equal(before, Pinned.State(loader.Directory));
    }

    [Theory]
    [InlineData("mount --bind {0} /sys/kernel/btf")]
    [InlineData("mount --bind /dev/null /sys/kernel/btf/vmlinux")]
    public void A_kernel_without_types_is_refused_by_the_name_of_its_option(string hide)
    {
        string command = hide.Replace("{0}", _empty, StringComparison.Ordinal);
        AssertRefused(3, "CONFIG_DEBUG_INFO_BTF", In(command, Preload("none")));
        var check = In(command, [Requirements.Built("proc_image"), "--check"]);
        Assert.Equal((3, ""), (check.Status, check.Error));
        Assert.Contains("CONFIG_DEBUG_INFO_BTF", check.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_port_below_1024_is_refused_without_the_right_to_it() =>
        AssertRefused(3, "CAP_NET_BIND_SERVICE", Ran.With("setpriv", [
            "--bounding-set", "-net_bind_service", "--inh-caps", "-net_bind_service", .. Preload("127.0.0.1:81")]));

    public void Dispose() => Directory.Delete(_empty, recursive: true);

    private void AssertRefused(int status, string remedy, Ran ran)
    {
        ran.AssertRefused(status);
        Assert.Contains(remedy, ran.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_directory), $"{_directory} was left");
    }

    private string[] Preload(string listen) =>
        [Requirements.Built("proc_image"), "-r", "--listen", listen, "--bpffs", _directory];

    private string[] Control(string verb) => [Requirements.Built("controller"), verb, "--bpffs", _directory];

    private static Ran In(string mounts, string[] command) =>
        Ran.With("unshare", ["--mount", "sh", "-c", $"{mounts} && exec \"$@\"", "sh", .. command]);
}
