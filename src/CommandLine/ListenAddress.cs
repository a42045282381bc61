using System.Net;

namespace ProcImage.CommandLine;

/// <summary>Where a server listens.</summary>
public abstract record ListenAddress
{
    private ListenAddress()
    {
    }

    /// <summary>Whether only this machine can reach it.</summary>
    public abstract bool IsLocal { get; }

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

        public override string ToString() => EndPoint.ToString();
    }

    /// <summary>Both loopback addresses, IPv4 and IPv6.</summary>
    public sealed record Localhost(int Port) : ListenAddress
    {
        public override bool IsLocal => true;

        public override string ToString() => $"localhost:{Port}";
    }

    public sealed record UnixSocket(string Path) : ListenAddress
    {
        public override bool IsLocal => true;

        public override string ToString() => $"unix:{Path}";
    }
}
