using System.Net;
using System.Net.Sockets;

namespace ProcImage.Tests.Kernel.Harness;

public static class Loopback
{
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
