using System.Net.Sockets;
using ProcImage.Abi;

namespace ProcImage.Web;

/// <summary>The file that a unix socket is bound to. It outlives a server that was killed.</summary>
internal static class UnixSocketFile
{
    /// <summary>Removes a socket at which nobody listens: nobody else could listen there. All else stays.</summary>
    /// <exception cref="IOException">Something else has the name.</exception>
    /// <exception cref="SocketException">Somebody listens there, or nobody can tell.</exception>
    public static void MakeRoom(string path)
    {
        if (FileIdentity.Of(path) is not { } there)
            return;
        if (!there.IsSocket)
            throw new IOException("a file that is no socket has that name");
        if (IsAbandoned(path))
            File.Delete(path);
        else
            throw new SocketException((int)SocketError.AddressAlreadyInUse);
    }

    private static bool IsAbandoned(string path)
    {
        // A server that hangs leaves a full queue, in which a blocking connect would wait.
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Blocking = false;
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return false;
        }
        catch (SocketException answer) when (answer.SocketErrorCode == SocketError.ConnectionRefused)
        {
            return true;
        }
        catch (SocketException answer)
            when (answer.SocketErrorCode is SocketError.WouldBlock or SocketError.ProtocolType)
        {
            return false; // the queue is full, or it is a socket of another type
        }
    }
}
