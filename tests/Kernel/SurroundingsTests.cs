using System.Net.Sockets;

namespace ProcImage.Tests.Kernel;

/// <summary>What lies about where proc_image is started is no business of a program that runs as root.</summary>
public sealed class SurroundingsTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("proc-image-surroundings-").FullName;
    private readonly int _otherPort = Loopback.FreePort();

    [Fact]
    public void A_settings_file_opens_no_other_port()
    {
        File.WriteAllText(
            Path.Combine(_directory, "appsettings.json"),
            $$"""{"Kestrel": {"Endpoints": {"Other": {"Url": "http://127.0.0.1:{{_otherPort}}" } } } }""");
        using var loader = Loader.StartBy("env", "-C", _directory);
        AssertClosed();
        loader.Stop();
    }

    [Theory]
    [InlineData("Kestrel__Endpoints__Other__Url")]
    [InlineData("ASPNETCORE_Kestrel__Endpoints__Other__Url")]
    [InlineData("ASPNETCORE_URLS")]
    [InlineData("DOTNET_URLS")]
    public void An_environment_variable_opens_no_other_port(string name)
    {
        using var loader = Loader.StartBy("env", $"{name}=http://127.0.0.1:{_otherPort}");
        AssertClosed();
        loader.Stop();
    }

    [Fact]
    public void A_working_directory_that_is_gone_does_not_matter()
    {
        string gone = Path.Combine(_directory, "gone");
        using var loader = Loader.StartBy("sh", "-c", $"mkdir {gone}; cd {gone}; rmdir {gone}; exec \"$@\"", "sh");
        loader.Control("-r");
        loader.Stop();
    }

    [Fact]
    public void It_leaves_nothing_among_temporary_files_also_when_it_is_killed()
    {
        using var loader = Loader.StartBy("env", $"TMPDIR={_directory}");
        Assert.Empty(Directory.GetFileSystemEntries(_directory));
        loader.Signal(Signals.Kill);
        loader.AwaitExit();
        loader.Controller("-f").AssertDone();
        Assert.Empty(Directory.GetFileSystemEntries(_directory));
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private void AssertClosed()
    {
        using var client = new TcpClient();
        Assert.Throws<SocketException>(() => client.Connect("127.0.0.1", _otherPort));
    }
}
