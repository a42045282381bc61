using ProcImage.Abi;
using ProcImage.CommandLine;

namespace ProcImage.Tests.Unit.CommandLine;

public class LoaderCommandLineTests
{
    [Theory]
    [InlineData("-a", ImageSet.All, true)]
    [InlineData("--all", ImageSet.All, true)]
    [InlineData("-a -k", ImageSet.All, true)]
    [InlineData("-k", ImageSet.Keytime, false)]
    [InlineData("-l", ImageSet.Lock, false)]
    [InlineData("-r", ImageSet.Resource, false)]
    [InlineData("-s", ImageSet.Syscall, false)]
    [InlineData("-S", ImageSet.Schedule, false)]
    [InlineData("-rS", ImageSet.Resource | ImageSet.Schedule, false)]
    [InlineData("-rrr", ImageSet.Resource, false)]
    [InlineData("-klrsS", ImageSet.All ^ ImageSet.Ledger, false)]
    [InlineData("--keytime --lock --resource --syscall --schedule", ImageSet.All ^ ImageSet.Ledger, false)]
    [InlineData("--check", ImageSet.None, false)]
    [InlineData("--check -s", ImageSet.Syscall, false)]
    public void Images_are_named_or_all(string line, ImageSet images, bool all)
    {
        var options = Run(line).AssertAccepted();
        Assert.Equal(images, options.Images);
        Assert.Equal(all, options.All);
    }

    [Fact]
    public void Defaults_are_the_documented_ones()
    {
        var options = Run("-r").AssertAccepted();
        Assert.Equal("127.0.0.1:19435", options.Listen.ToString());
        Assert.Equal(TimeSpan.FromSeconds(300), options.Linger);
        Assert.Equal(20_000, options.MaxSeries);
        Assert.Equal("/sys/fs/bpf/proc_image", options.Bpffs);
        Assert.False(options.Standby);
        Assert.False(options.Keep);
        Assert.Null(options.Group);
        Assert.False(options.Quiet);
        Assert.False(options.Check);
    }

    [Fact]
    public void Every_option_arrives()
    {
        var options = Run(
            "-r --listen unix:/run/p --linger=0 --max-series 10000000 --bpffs /sys/fs/bpf/x/ --standby --keep --group g "
            + "--quiet --check")
            .AssertAccepted();
        Assert.Equal(new ListenAddress.UnixSocket("/run/p"), options.Listen);
        Assert.Equal(TimeSpan.Zero, options.Linger);
        Assert.Equal(10_000_000, options.MaxSeries);
        Assert.Equal("/sys/fs/bpf/x", options.Bpffs);
        Assert.True(options.Standby);
        Assert.True(options.Keep);
        Assert.Equal("g", options.Group);
        Assert.True(options.Quiet);
        Assert.True(options.Check);
    }

    [Fact]
    public void The_last_value_counts() =>
        Assert.Equal(
            new ListenAddress.Nowhere(),
            Run("-a --listen 127.0.0.1:1 --listen localhost:2 --listen=none").AssertAccepted().Listen);

    [Theory]
    [InlineData("", "name at least one image: -k -l -r -s -S, or -a for all")]
    [InlineData("--quiet", "name at least one image: -k -l -r -s -S, or -a for all")]
    [InlineData("-a x", "unexpected argument 'x'")]
    [InlineData("-a -- -r", "unexpected argument '-r'")]
    [InlineData("-a proc_image", "unexpected argument 'proc_image'")]
    [InlineData("-a /h", "unexpected argument '/h'")]
    [InlineData("-a /?", "unexpected argument '/?'")]
    [InlineData("[suggest] -a", "unexpected argument '[suggest]'")]
    [InlineData("[diagram]", "unexpected argument '[diagram]'")]
    [InlineData("@/etc/hostname", "unexpected argument '@/etc/hostname'")]
    [InlineData("-h", "unknown option '-h'")]
    [InlineData("-s20", "unknown option '-2' in '-s20'")]
    [InlineData("--syscall=20", "--syscall takes no value, but was given '20'")]
    [InlineData("-a --listen", "--listen needs a value: --listen=ADDR:PORT")]
    [InlineData("-a --listen 127.0.0.1:70000", "the port of --listen must be 0 to 65535, not '70000'")]
    [InlineData("-a --linger 86401", "--linger must be 0 to 86400 seconds, not '86401'")]
    [InlineData("-a --linger -1", "--linger must be 0 to 86400 seconds, not '-1'")]
    [InlineData("-a --linger x --linger 5", "--linger must be 0 to 86400 seconds, not 'x'")]
    [InlineData("-a --max-series 99", "--max-series must be 100 to 10000000 series, not '99'")]
    [InlineData("-a --max-series 10000001", "--max-series must be 100 to 10000000 series, not '10000001'")]
    [InlineData("-a --bpffs here", "--bpffs must be an absolute path, not 'here'")]
    [InlineData("-a --bpffs=", "--bpffs needs a value: --bpffs=DIR")]
    public void Wrong_usage_is_refused_in_one_line(string line, string message) =>
        Run(line).AssertRefused("proc_image", message);

    private static Ran<LoaderOptions> Run(string line) =>
        Ran.With(LoaderCommandLine.Command, Words.Of(line));
}
