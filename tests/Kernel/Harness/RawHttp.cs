using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace ProcImage.Tests.Kernel.Harness;

/// <summary>A connection on which anything can be sent.</summary>
public sealed class RawHttp : IDisposable
{
    private readonly Socket _socket;

    public RawHttp(int port, int? receiveBuffer = null)
    {
        _socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (receiveBuffer is { } size)
            _socket.ReceiveBufferSize = size;
        _socket.Connect("127.0.0.1", port);
    }

    /// <summary>In Latin-1: each character is a byte. What the server does not take any more is no failure.</summary>
    public void Send(string text) => Send(Encoding.Latin1.GetBytes(text));

    public void Send(byte[] bytes)
    {
        _socket.SendTimeout = 1000;
        try
        {
            _socket.Send(bytes);
        }
        catch (SocketException)
        {
            // Dropped, or it reads no more.
        }
    }

    /// <summary>What comes until the server closes.</summary>
    /// <exception cref="TimeoutException">It has not closed.</exception>
    public string ReadToEnd(TimeSpan limit)
    {
        var text = new StringBuilder();
        var watch = Stopwatch.StartNew();
        byte[] buffer = new byte[64 * 1024];
        try
        {
            while (true)
            {
                _socket.ReceiveTimeout = Math.Max(1, (int)(limit - watch.Elapsed).TotalMilliseconds); // 0 is for ever
                int count = _socket.Receive(buffer);
                if (count == 0)
                    return text.ToString();
                text.Append(Encoding.Latin1.GetString(buffer, 0, count));
            }
        }
        catch (SocketException late) when (late.SocketErrorCode is SocketError.TimedOut or SocketError.WouldBlock)
        {
            throw new TimeoutException($"still open after {watch.Elapsed.TotalSeconds} s; so far: {text}");
        }
        catch (SocketException)
        {
            return text.ToString(); // dropped
        }
    }

    /// <summary>Without waiting for anything.</summary>
    public string ReadWhatCame()
    {
        byte[] buffer = new byte[64 * 1024];
        try
        {
            return _socket.Available == 0 ? "" : Encoding.Latin1.GetString(buffer, 0, _socket.Receive(buffer));
        }
        catch (SocketException)
        {
            return ""; // dropped
        }
    }

    /// <summary>The beginning of an answer.</summary>
    public void ReadSome(int bytes = 512) => _socket.Receive(new byte[bytes]);

    /// <summary>Of the first answer; 0 where there is none.</summary>
    public static int Status(string answer) =>
        answer.StartsWith("HTTP/1.1 ", StringComparison.Ordinal)
            ? int.Parse(answer.AsSpan(9, 3), CultureInfo.InvariantCulture)
            : 0;

    public void Dispose() => _socket.Dispose();
}
