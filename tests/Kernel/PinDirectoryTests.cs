namespace ProcImage.Tests.Kernel;

/// <summary>What --bpffs names by mistake loses nothing: only pins of this tool are ever removed.</summary>
public sealed class PinDirectoryTests : IDisposable
{
    private static readonly string[] _files =
        ["mine", "control", "links/mine", "links/sched_switch", "iters/mine", "iters/text"];

    private readonly string _outside = Directory.CreateTempSubdirectory("proc-image-pins-").FullName;
    private readonly string _onBpffs = Loader.NewDirectory();

    public PinDirectoryTests()
    {
        Requirements.Root();
        Directory.CreateDirectory(Path.Combine(_outside, "links"));
        Directory.CreateDirectory(Path.Combine(_outside, "iters"));
        foreach (string file in _files)
            File.WriteAllText(Path.Combine(_outside, file), file);
    }

    [Theory]
    [InlineData("proc_image", "-r", "--listen", "none")]
    [InlineData("controller", "-f")]
    [InlineData("controller", "--status")]
    public void A_directory_outside_bpffs_keeps_its_files(string program, params string[] arguments)
    {
        AssertRefused(program, [.. arguments, "--bpffs", _outside]);
        AssertAllThere();
    }

    [Theory]
    [InlineData("proc_image", "-r", "--listen", "none")]
    [InlineData("controller", "-f")]
    [InlineData("controller", "--status")]
    public void A_link_on_bpffs_that_leads_outside_is_not_followed(string program, params string[] arguments)
    {
        Directory.CreateSymbolicLink(_onBpffs, _outside);
        AssertRefused(program, [.. arguments, "--bpffs", _onBpffs]);
        AssertAllThere();
        Assert.Equal(_outside, new FileInfo(_onBpffs).LinkTarget);
    }

    [Theory]
    [InlineData("proc_image", "-r", "--listen", "none")]
    [InlineData("controller", "-f")]
    [InlineData("controller", "--status")]
    public void A_directory_on_bpffs_keeps_what_the_tool_has_not_made(string program, params string[] arguments)
    {
        MakeForeign("", "links", "iters");
        AssertRefused(program, [.. arguments, "--bpffs", _onBpffs]);
        AssertForeign("", "links", "iters");
    }

    [Fact]
    public void Finish_keeps_what_others_have_put_between_the_pins()
    {
        using var loader = Loader.Start();
        loader.Signal(Signals.Kill);
        loader.AwaitExit();
        Directory.CreateDirectory(Path.Combine(loader.Directory, "mine"));
        var ran = loader.Controller("-f");
        Assert.NotEqual(0, ran.Status);
        ran.AssertRefused(ran.Status);
        Assert.Equal(
            [Path.Combine(loader.Directory, "mine")],
            Directory.EnumerateFileSystemEntries(loader.Directory, "*", SearchOption.AllDirectories));
        Directory.Delete(Path.Combine(loader.Directory, "mine"));
        Directory.Delete(loader.Directory);
    }

    public void Dispose()
    {
        Directory.Delete(_outside, recursive: true);
        if (new FileInfo(_onBpffs).LinkTarget is not null)
            File.Delete(_onBpffs);
        else if (Directory.Exists(_onBpffs))
            Directory.Delete(_onBpffs, recursive: true);
    }

    // With mounts of its own: one that it wrongly makes hides nobody else's pins.
    private static void AssertRefused(string program, string[] arguments)
    {
        var ran = Ran.With("unshare", ["--mount", "timeout", "10", Requirements.Built(program), .. arguments]);
        Assert.NotEqual(0, ran.Status);
        ran.AssertRefused(ran.Status);
    }

    private void AssertAllThere() => Assert.Equal(
        _files, _files.Where(file => File.Exists(Path.Combine(_outside, file))));

    // Of files a bpffs takes only pins and links.
    private void MakeForeign(params string[] folders)
    {
        foreach (string folder in folders)
        {
            string path = Path.Combine(_onBpffs, folder);
            Directory.CreateDirectory(Path.Combine(path, "directory"));
            File.CreateSymbolicLink(Path.Combine(path, "link"), Path.Combine(_outside, "mine"));
        }
    }

    private void AssertForeign(params string[] folders)
    {
        foreach (string folder in folders)
        {
            string path = Path.Combine(_onBpffs, folder);
            Assert.True(Directory.Exists(Path.Combine(path, "directory")), $"{path}/directory is gone");
            Assert.True(File.Exists(Path.Combine(path, "link")), $"{path}/link is gone");
        }

        AssertAllThere();
    }
}
