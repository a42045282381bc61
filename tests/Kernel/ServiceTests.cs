using System.Net.Sockets;
using System.Text;

namespace ProcImage.Tests.Kernel;

/// <summary>What a service manager hears of the loader, and the unit that makes it a service.</summary>
public sealed class ServiceTests : IDisposable
{
    private static readonly string _unit =
        Path.Combine(Repository.Root, "packaging", "systemd", "proc_image.service");

    private readonly string _directory = Directory.CreateTempSubdirectory("proc-image-service-").FullName;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void It_tells_when_it_is_ready_and_when_it_stops(bool isAbstract)
    {
        string name = isAbstract ? $"proc-image-test-{Environment.ProcessId}" : Path.Combine(_directory, "notify");
        using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        socket.ReceiveTimeout = 20_000;
        socket.Bind(new UnixDomainSocketEndPoint(isAbstract ? "\0" + name : name));
        using var loader = Loader.StartBy("env", $"NOTIFY_SOCKET={(isAbstract ? "@" + name : name)}");
        Assert.Equal("READY=1", Receive(socket));
        loader.Stop();
        Assert.Equal("STOPPING=1", Receive(socket));
    }

    [Fact]
    public void A_service_manager_that_does_not_listen_costs_a_line()
    {
        using var loader = Loader.StartBy("env", $"NOTIFY_SOCKET={_directory}/nobody");
        loader.Stop();
        Eventually.True(
            () => loader.Errors.StartsWith(
                "proc_image: cannot tell the service manager READY=1", StringComparison.Ordinal),
            "the line has come");
    }

    [Fact]
    public void Systemd_accepts_the_unit_without_a_warning()
    {
        var ran = Verified(_unit).AssertDone();
        Assert.Equal("", ran.Output + ran.Error);
    }

    [Fact]
    public void Systemd_looks_for_the_command_of_the_unit_in_its_own_path()
    {
        string unit = Path.Combine(_directory, "proc_image.service");
        string text = File.ReadAllText(_unit);
        Assert.Contains("\nExecStart=proc_image ", text, StringComparison.Ordinal);
        File.WriteAllText(unit, text.Replace("ExecStart=proc_image", "ExecStart=no_such_image", StringComparison.Ordinal));
        var ran = Verified(unit);
        Assert.Contains("Command no_such_image is not executable", ran.Error, StringComparison.Ordinal);
        Assert.NotEqual(0, ran.Status);
    }

    [Fact]
    public void Its_command_line_runs_with_its_capabilities()
    {
        string capabilities = Setting("CapabilityBoundingSet").Replace("CAP_", "+", StringComparison.Ordinal)
            .Replace(' ', ',').ToLowerInvariant();
        string[] options = Setting("ExecStart").Split(' ')[1..];
        Assert.Contains("--keep", options);
        using var loader = Loader.StartBy([.. Unprivileged.RootWith(capabilities), "--no-new-privs"], options);
        loader.Control("-rS");
        loader.Scrape();
        loader.Control("-f");
        Assert.Equal(0, loader.AwaitExit());
        loader.AssertNothingPinned();
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    /// <summary>What systemd says of a unit where the commands are in /usr/local/bin.</summary>
    private static Ran Verified(string unit) => Ran.With(
        "unshare", "--mount", "sh", "-c", "mount --bind \"$1\" /usr/local/bin && exec \"$2\" verify \"$3\"", "sh",
        Repository.Out, Requirements.Installed("systemd-analyze", "systemd"), unit);

    private static string Setting(string name) => File.ReadLines(_unit)
        .Single(line => line.StartsWith(name + "=", StringComparison.Ordinal))[(name.Length + 1)..];

    private static string Receive(Socket socket)
    {
        byte[] buffer = new byte[256];
        return Encoding.UTF8.GetString(buffer, 0, socket.Receive(buffer));
    }
}
