using System.Net.Sockets;
using System.Text;

namespace ProcImage;

/// <summary>What systemd wants to know of a unit with Type=notify: sd_notify(3) without its library.</summary>
internal static class ServiceManager
{
    private const string Variable = "NOTIFY_SOCKET";

    /// <summary>Says it where a service manager listens, else nothing.</summary>
    /// <param name="state">Such as READY=1.</param>
    /// <param name="errors">Gets a line when it cannot be said.</param>
    public static void Notify(string state, TextWriter errors)
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } address)
            return;
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            socket.SendTo(Encoding.UTF8.GetBytes(state), EndPoint(address));
        }
        catch (Exception failure) when (failure is SocketException or ArgumentException)
        {
            errors.WriteLine(
                $"proc_image: cannot tell the service manager {state} at {Variable}={address}: {failure.Message}");
        }
    }

    /// <summary>A path, or after '@' a name in the abstract namespace, which begins with a zero byte.</summary>
    private static UnixDomainSocketEndPoint EndPoint(string address) =>
        new(address.StartsWith('@') ? $"\0{address[1..]}" : address);
}
