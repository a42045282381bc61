using Microsoft.AspNetCore.Http;

namespace ProcImage.Web;

/// <summary>
/// Bodies on their way. Whoever reads slowly keeps one in memory, so they are bounded: a further one is sent at the
/// cost of that of which nobody has read for the longest, and its readers are cut off.
/// </summary>
internal sealed class Outbox(long mostBytes)
{
    /// <summary>Kestrel copies what it is given, and waits for the reader only between two writes.</summary>
    private const int PieceSize = 32 * 1024;

    private readonly Lock _lock = new();
    private readonly LinkedList<Sending> _leastReadFirst = new();
    private long _bytes;

    public async Task Send(HttpContext context, ReadOnlyMemory<byte> body)
    {
        context.Response.ContentLength = body.Length;
        if (body.Length <= PieceSize) // fits into Kestrel's own buffer
        {
            await context.Response.Body.WriteAsync(body, context.RequestAborted);
            return;
        }

        var place = Enter(context, body);
        try
        {
            for (var at = 0; at < body.Length; at += PieceSize)
            {
                await context.Response.Body.WriteAsync(
                    body.Slice(at, Math.Min(PieceSize, body.Length - at)), context.RequestAborted);
                ConnectionLimit.Progress(context);
                Progress(place);
            }
        }
        finally
        {
            Leave(context, place);
        }
    }

    private LinkedListNode<Sending> Enter(HttpContext context, ReadOnlyMemory<byte> body)
    {
        List<HttpContext> cutOff = [];
        LinkedListNode<Sending>? place;
        lock (_lock)
        {
            place = _leastReadFirst.First;
            while (place is not null && !place.Value.Body.Equals(body))
                place = place.Next;
            if (place is null)
            {
                while (_bytes + body.Length > mostBytes && _leastReadFirst.First is { } first)
                {
                    cutOff.AddRange(first.Value.Readers);
                    Remove(first);
                }

                place = _leastReadFirst.AddLast(new Sending(body, []));
                _bytes += body.Length;
            }

            place.Value.Readers.Add(context);
        }

        foreach (var reader in cutOff)
            reader.Abort();
        return place;
    }

    private void Progress(LinkedListNode<Sending> place)
    {
        lock (_lock)
        {
            if (place.List is null)
                return; // cut off
            _leastReadFirst.Remove(place);
            _leastReadFirst.AddLast(place);
        }
    }

    private void Leave(HttpContext context, LinkedListNode<Sending> place)
    {
        lock (_lock)
        {
            place.Value.Readers.Remove(context);
            if (place.Value.Readers.Count == 0 && place.List is not null)
                Remove(place);
        }
    }

    private void Remove(LinkedListNode<Sending> place)
    {
        _leastReadFirst.Remove(place);
        _bytes -= place.Value.Body.Length;
    }

    private sealed record Sending(ReadOnlyMemory<byte> Body, List<HttpContext> Readers);
}
