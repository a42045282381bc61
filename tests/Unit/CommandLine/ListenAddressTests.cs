using System.Net;
using ProcImage.CommandLine;

namespace ProcImage.Tests.Unit.CommandLine;

public class ListenAddressTests
{
    [Theory]
    [InlineData("127.0.0.1:19435", "127.0.0.1", 19435, true)]
    [InlineData("127.0.0.2:0", "127.0.0.2", 0, true)]
    [InlineData("0.0.0.0:80", "0.0.0.0", 80, false)]
    [InlineData("[::1]:9", "::1", 9, true)]
    [InlineData("[::]:65535", "::", 65535, false)]
    public void Takes_addresses(string text, string address, int port, bool local)
    {
        var listen = Assert.IsType<ListenAddress.Ip>(ListenAddress.Parse("--listen", text));
        Assert.Equal(new IPEndPoint(IPAddress.Parse(address), port), listen.EndPoint);
        Assert.Equal(local, listen.IsLocal);
        Assert.Equal(text, listen.ToString());
    }

    [Fact]
    public void Takes_names_and_sockets()
    {
        Assert.Equal(new ListenAddress.Localhost(80), ListenAddress.Parse("--listen", "localhost:80"));
        Assert.Equal(new ListenAddress.UnixSocket("/run/a:b"), ListenAddress.Parse("--listen", "unix:/run/a:b"));
        Assert.Equal(new ListenAddress.Nowhere(), ListenAddress.Parse("--listen", "none"));
    }

    [Theory]
    [InlineData("19435")]
    [InlineData("127.0.0.1")]
    [InlineData(":19435")]
    [InlineData("*:19435")]
    [InlineData("1:19435")]
    [InlineData("010.0.0.1:19435")]
    [InlineData("256.0.0.1:19435")]
    [InlineData("::1:19435")]
    [InlineData("[::1]")]
    [InlineData("[127.0.0.1]:19435")]
    [InlineData("[]:19435")]
    [InlineData("[:19435")]
    [InlineData("example.org:19435")]
    [InlineData("http://127.0.0.1:19435")]
    [InlineData("None")]
    public void Refuses_other_hosts(string text)
    {
        var refused = Assert.Throws<CommandException>(() => ListenAddress.Parse("--listen", text));
        Assert.Equal(
            "--listen must be an IP address or localhost with a port, such as 127.0.0.1:19435 or [::1]:19435, "
            + $"or unix:PATH, or none; not '{text}'",
            refused.Message);
    }

    [Theory]
    [InlineData("127.0.0.1:", "")]
    [InlineData("127.0.0.1:65536", "65536")]
    [InlineData("localhost:-1", "-1")]
    [InlineData("[::1]:x", "x")]
    public void Refuses_other_ports(string text, string port)
    {
        var refused = Assert.Throws<CommandException>(() => ListenAddress.Parse("--listen", text));
        Assert.Equal($"the port of --listen must be 0 to 65535, not '{port}'", refused.Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("run/socket")]
    [InlineData("/ééééééééééééééééééééééééééééééééééééééééééééééééééééé/")]
    public void Refuses_other_paths(string path)
    {
        var refused = Assert.Throws<CommandException>(() => ListenAddress.Parse("--listen", "unix:" + path));
        Assert.Equal(
            $"--listen=unix:PATH must be an absolute path of at most 107 bytes, not '{path}'", refused.Message);
    }
}
