using System.Net.Sockets;
using System.Text;

namespace ProcImage.Tests.Kernel;

/// <summary>--listen unix:PATH takes the place of nothing but a socket that nobody listens at.</summary>
public sealed class UnixSocketTests : IDisposable
{
    private const UnixFileMode OwnerAndGroup =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    private readonly string _outside = Directory.CreateTempSubdirectory("proc-image-socket-").FullName;
    private readonly string _directory = Loader.NewDirectory();

    public UnixSocketTests() => Requirements.Root();

    private string Place => Path.Combine(_outside, "socket");

    [Fact]
    public void The_socket_is_for_owner_and_group_and_goes_with_the_loader()
    {
        using var loader = Start();
        Assert.Equal(OwnerAndGroup, File.GetUnixFileMode(Place));
        Assert.Contains("proc_image_build_info", Scrape(), StringComparison.Ordinal);
        Stop(loader);
        Assert.False(File.Exists(Place), "the socket is still there");
    }

    [Fact]
    public void A_socket_that_a_killed_loader_has_left_is_replaced()
    {
        using (var killed = Start())
        {
            killed.Signal(Signals.Kill);
            killed.AwaitExit(TimeSpan.FromSeconds(20));
        }

        Assert.True(File.Exists(Place), "a killed loader leaves its socket");
        using var loader = Start();
        Assert.Contains("proc_image_build_info", Scrape(), StringComparison.Ordinal);
        Stop(loader);
    }

    [Fact]
    public void The_socket_of_another_server_is_busy_and_stays()
    {
        using var other = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        other.Bind(new UnixDomainSocketEndPoint(Place));
        other.Listen(1);
        AssertRefused("somebody listens there already");
        // Nor does it wait for one that accepts nobody any more.
        var waiting = FillQueue();
        AssertRefused("somebody listens there already");
        waiting.ForEach(client => client.Dispose());
        Assert.True(File.Exists(Place), "the socket is gone");
    }

    [Theory]
    [InlineData("")]
    [InlineData("content")]
    public void A_file_is_not_removed(string content)
    {
        File.WriteAllText(Place, content);
        AssertRefused("no socket");
        Assert.Equal(content, File.ReadAllText(Place));
    }

    [Fact]
    public void A_link_is_not_followed_and_a_directory_stays()
    {
        string target = Path.Combine(_outside, "target");
        File.WriteAllText(target, "");
        File.CreateSymbolicLink(Place, target);
        AssertRefused("no socket");
        Assert.Equal(target, new FileInfo(Place).LinkTarget);
        File.Delete(Place);
        Directory.CreateDirectory(Place);
        AssertRefused("no socket");
        Assert.True(Directory.Exists(Place), "the directory is gone");
    }

    public void Dispose() => Directory.Delete(_outside, recursive: true);

    private void AssertRefused(string reason)
    {
        var ran = Ran.With("timeout", ["10", .. Command()]);
        ran.AssertRefused(1);
        Assert.Contains(reason, ran.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_directory), $"{_directory} was left");
    }

    private Child Start()
    {
        string[] command = Command();
        var loader = new Child(command[0], command[1..]);
        while (!loader.ReadLine(TimeSpan.FromSeconds(20)).StartsWith("listening on unix:", StringComparison.Ordinal))
        {
            // What it says of the images comes before.
        }

        return loader;
    }

    private static void Stop(Child loader)
    {
        loader.Signal(Signals.Term);
        Assert.Equal(0, loader.AwaitExit(TimeSpan.FromSeconds(20)));
    }

    private string[] Command() =>
        [Requirements.Built("proc_image"), "-r", "--listen", $"unix:{Place}", "--bpffs", _directory];

    private Socket Connect()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(new UnixDomainSocketEndPoint(Place));
        return socket;
    }

    private List<Socket> FillQueue()
    {
        var waiting = new List<Socket>();
        try
        {
            while (true)
            {
                waiting.Add(new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
                {
                    Blocking = false,
                });
                waiting[^1].Connect(new UnixDomainSocketEndPoint(Place));
            }
        }
        catch (SocketException full) when (full.SocketErrorCode == SocketError.WouldBlock)
        {
            return waiting;
        }
    }

    private string Scrape()
    {
        using var socket = Connect();
        socket.Send(Encoding.ASCII.GetBytes("GET /metrics HTTP/1.1\r\nHost: any\r\nConnection: close\r\n\r\n"));
        using var reader = new StreamReader(new NetworkStream(socket));
        return reader.ReadToEnd();
    }
}
