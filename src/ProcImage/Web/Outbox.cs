using Microsoft.AspNetCore.Http;

namespace ProcImage.Web;

/// <summary>
/// Bodies on their way. Whoever reads slowly keeps one in memory, so there are a few only: a further one is sent at the
/// cost of the oldest, whose readers are cut off.
/// </summary>
internal sealed class Outbox(int most)
{
    /// <summary>Kestrel copies what it is given, and waits for the reader only between two writes.</summary>
    private const int PieceSize = 32 * 1024;

    private readonly Lock _lock = new();
    private readonly LinkedList<(ReadOnlyMemory<byte> Body, List<HttpContext> Readers)> _oldestFirst = new();

    public async Task Send(HttpContext context, ReadOnlyMemory<byte> body)
    {
        context.Response.ContentLength = body.Length;
        var isShort = body.Length <= PieceSize; // fits into Kestrel's own buffer
        if (!isShort)
            Enter(context, body);
        try
        {
            for (var at = 0; at < body.Length; at += PieceSize)
                await context.Response.Body.WriteAsync(
                    body.Slice(at, Math.Min(PieceSize, body.Length - at)), context.RequestAborted);
        }
        finally
        {
            if (!isShort)
                Leave(context, body);
        }
    }

    private void Enter(HttpContext context, ReadOnlyMemory<byte> body)
    {
        List<HttpContext> cutOff = [];
        lock (_lock)
        {
            foreach (var sending in _oldestFirst)
                if (sending.Body.Equals(body))
                {
                    sending.Readers.Add(context);
                    return;
                }

            _oldestFirst.AddLast((body, [context]));
            if (_oldestFirst.Count > most)
            {
                cutOff = _oldestFirst.First!.Value.Readers;
                _oldestFirst.RemoveFirst();
            }
        }

        foreach (var reader in cutOff)
            reader.Abort();
    }

    private void Leave(HttpContext context, ReadOnlyMemory<byte> body)
    {
        lock (_lock)
            for (var sending = _oldestFirst.First; sending is not null; sending = sending.Next)
                if (sending.Value.Body.Equals(body) && sending.Value.Readers.Remove(context))
                {
                    if (sending.Value.Readers.Count == 0)
                        _oldestFirst.Remove(sending);
                    return;
                }
    }
}
