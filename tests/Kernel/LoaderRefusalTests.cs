namespace ProcImage.Tests.Kernel;

/// <summary>What proc_image refuses costs one line and leaves nothing.</summary>
public sealed class LoaderRefusalTests
{
    private readonly string _directory = Loader.NewDirectory();

    [Fact]
    public void No_image_is_a_usage_error() => Run().AssertRefused(2);

    [Theory]
    [InlineData("-r", "-x")]
    [InlineData("-r", "--wrong")]
    [InlineData("-r", "1")]
    [InlineData("-s20")]
    [InlineData("-r", "--listen", "")]
    [InlineData("-r", "--listen", "--quiet")]
    [InlineData("-r", "--listen", "127.0.0.1:65536")]
    [InlineData("-r", "--listen", "127.0.0.1:x", "--listen", "none")]
    [InlineData("-r", "--linger", "-1")]
    [InlineData("-r", "--linger", "1e3")]
    [InlineData("-r", "--max-series", "99999999999")]
    [InlineData("-r", "--max-series=")]
    [InlineData("-r", "--bpffs", "here")]
    public void Wrong_usage(params string[] arguments)
    {
        Run(arguments).AssertRefused(2);
        Assert.False(Directory.Exists(_directory));
    }

    [Fact]
    public void A_second_loader_on_the_same_pins_is_refused_and_the_first_goes_on()
    {
        using var loader = Loader.Start();
        Ran.With(Requirements.Built("proc_image"), "-a", "--listen", "none", "--bpffs", loader.Directory)
            .AssertRefused(4);
        Assert.True(loader.Scrape().Has("proc_image_build_info"));
        loader.Stop();
    }

    [Fact]
    public void A_port_that_is_taken_is_refused_and_nothing_is_left()
    {
        using var loader = Loader.Start();
        Run("-a", "--listen", $"127.0.0.1:{loader.Port}").AssertRefused(1);
        Assert.False(Directory.Exists(_directory));
        loader.Stop();
    }

    [Fact]
    public void Check_says_what_is_supported_and_leaves_nothing()
    {
        var ran = Run("-a", "--check").AssertDone();
        Assert.Contains("resource", ran.Output, StringComparison.Ordinal);
        Assert.Contains("schedule", ran.Output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_directory));
    }

    private Ran Run(params string[] arguments)
    {
        Requirements.Root();
        return Ran.With(Requirements.Built("proc_image"), [.. arguments, "--bpffs", _directory]);
    }
}
