using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ProcImage.CommandLine;

internal static class ListenAddressParser
{
    // sun_path holds 108 bytes with the final zero.
    private const int LongestUnixPath = 107;

    private const string UnixPrefix = "unix:";

    private static readonly NumberRange _ports = new(0, 65535);

    public static ListenAddress Parse(string option, string text)
    {
        if (text == "none")
            return new ListenAddress.Nowhere();
        if (text.StartsWith(UnixPrefix, StringComparison.Ordinal))
            return new ListenAddress.UnixSocket(UnixPath(option, text[UnixPrefix.Length..]));

        var colon = text.LastIndexOf(':');
        if (colon < 0)
            throw Refused(option, text);
        var host = text[..colon];
        var address = host == "localhost" ? null : Address(host) ?? throw Refused(option, text);
        var port = (int)_ports.Parse($"the port of {option}", text[(colon + 1)..]);
        if (address is null && port == 0)
            throw new CommandException(
                ExitStatus.Usage, $"{option}: localhost is two addresses, which get no common port from 0; name a port, or use 127.0.0.1:0");
        return address is null
            ? new ListenAddress.Localhost(port)
            : new ListenAddress.Ip(new IPEndPoint(address, port));
    }

    private static IPAddress? Address(string host)
    {
        if (host is ['[', .. var inside, ']'])
        {
            return IPAddress.TryParse(inside, out var v6) && v6.AddressFamily == AddressFamily.InterNetworkV6
                ? v6
                : null;
        }

        // TryParse takes '1' for 0.0.0.1 and '010' for octal: only the plain form is meant.
        return IPAddress.TryParse(host, out var v4) && v4.AddressFamily == AddressFamily.InterNetwork
            && v4.ToString() == host
                ? v4
                : null;
    }

    private static string UnixPath(string option, string path) =>
        path.StartsWith('/') && Encoding.UTF8.GetByteCount(path) <= LongestUnixPath
            ? path
            : throw new CommandException(
                ExitStatus.Usage,
                $"{option}=unix:PATH must be an absolute path of at most {LongestUnixPath} bytes, not '{path}'");

    private static CommandException Refused(string option, string text) => new(
        ExitStatus.Usage,
        $"{option} must be an IP address or localhost with a port, such as 127.0.0.1:19435 or [::1]:19435, "
        + $"or unix:PATH, or none; not '{text}'");
}
