using System.Net;

namespace ProcImage.CommandLine;

/// <summary>Where a server listens.</summary>
public abstract record ListenAddress
{
    private const int PrivilegedPorts = 1024; // net.ipv4.ip_unprivileged_port_start, unless somebody has changed it

    private ListenAddress()
    {
    }

    /// <summary>Whether only this machine can reach it.</summary>
    public abstract bool IsLocal { get; }

    /// <summary>Whether it is a port that not everybody may listen on.</summary>
    public virtual bool IsPrivileged => false;

    public static ListenAddress Parse(string option, string text) => ListenAddressParser.Parse(option, text);

    /// <summary>No server at all.</summary>
    public sealed record Nowhere : ListenAddress
    {
        public override bool IsLocal => true;

        public override string ToString() => "none";
    }

    public sealed record Ip(IPEndPoint EndPoint) : ListenAddress
    {
        public override bool IsLocal => IPAddress.IsLoopback(EndPoint.Address);

        public override bool IsPrivileged => EndPoint.Port is > 0 and < PrivilegedPorts;

        public override string ToString() => EndPoint.ToString();
    }

    /// <summary>Both loopback addresses, IPv4 and IPv6.</summary>
    public sealed record Localhost(int Port) : ListenAddress
    {
        public override bool IsLocal => true;

        public override bool IsPrivileged => Port is > 0 and < PrivilegedPorts;

        public override string ToString() => $"localhost:{Port}";
    }

    public sealed record UnixSocket(string Path) : ListenAddress
    {
        public override bool IsLocal => true;

        public override string ToString() => $"unix:{Path}";
    }
}
