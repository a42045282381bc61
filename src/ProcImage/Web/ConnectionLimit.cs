using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;

namespace ProcImage.Web;

/// <summary>
/// How many connections there are at once. A further one takes the place of the one whose last request lies back the
/// longest: whoever opens many of them and keeps silent keeps nobody out.
/// </summary>
internal sealed class ConnectionLimit(int most, TimeSpan toFirstRequest)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<ConnectionContext> _longestSilentFirst = new();

    /// <summary>Every connection goes through here, from its beginning to its end.</summary>
    public ConnectionDelegate Around(ConnectionDelegate next) => async connection =>
    {
        var seat = Enter(connection);
        connection.Features.Set(seat);
        // Kestrel would give it as long as a connection that rests between two requests.
        await using var impatience = new Timer(_ => seat.EndIfUnused(), null, toFirstRequest, Timeout.InfiniteTimeSpan);
        try
        {
            await next(connection);
        }
        finally
        {
            Leave(seat);
        }
    };

    /// <summary>Every request goes through here.</summary>
    public Task Renew(HttpContext context, RequestDelegate next)
    {
        if (context.Features.Get<Seat>() is { } seat)
            Renew(seat);
        return next(context);
    }

    private Seat Enter(ConnectionContext connection)
    {
        ConnectionContext? evicted = null;
        Seat seat;
        lock (_lock)
        {
            if (_longestSilentFirst.Count >= most && _longestSilentFirst.First is { } first)
            {
                evicted = first.Value;
                _longestSilentFirst.Remove(first);
            }

            seat = new Seat(_longestSilentFirst.AddLast(connection));
        }

        evicted?.Abort();
        return seat;
    }

    private void Renew(Seat seat)
    {
        seat.IsUsed = true;
        lock (_lock)
        {
            if (seat.Place.List is null)
                return; // it has just lost it
            _longestSilentFirst.Remove(seat.Place);
            _longestSilentFirst.AddLast(seat.Place);
        }
    }

    private void Leave(Seat seat)
    {
        lock (_lock)
            seat.Place.List?.Remove(seat.Place);
    }

    private sealed class Seat(LinkedListNode<ConnectionContext> place)
    {
        private volatile bool _isUsed;

        public LinkedListNode<ConnectionContext> Place { get; } = place;

        public bool IsUsed
        {
            set => _isUsed = value;
        }

        public void EndIfUnused()
        {
            if (!_isUsed)
                Place.Value.Abort();
        }
    }
}
