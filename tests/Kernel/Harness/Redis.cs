using System.Net;
using System.Net.Sockets;

namespace ProcImage.Tests.Kernel.Harness;

/// <summary>A redis-server with a directory and a port of its own.</summary>
public sealed class Redis : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("proc-image-redis-").FullName;
    private readonly Child _child;

    public Redis()
    {
        string program = Requirements.Installed("redis-server", "redis-server");
        Port = Loopback.FreePort();
        _child = new Child(
            program, "--port", $"{Port}", "--bind", "127.0.0.1", "--save", "", "--dir", _directory);
        Eventually.True(IsListening, "redis-server listens");
    }

    public int Pid => _child.Pid;

    public int Port { get; }

    public void Dispose()
    {
        _child.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private bool IsListening()
    {
        using var client = new TcpClient();
        try
        {
            client.Connect(IPAddress.Loopback, Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
