using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;

namespace ProcImage.Web;

/// <summary>
/// How many connections there are at once. A further one takes the place of the one whose client the server has waited
/// for the longest: whoever opens many and keeps silent, or reads nothing, keeps nobody out.
/// </summary>
/// <param name="usual">From so many on, a client that was waited for longer than a moment loses its place.</param>
/// <param name="most">From so many on, any: a burst of newcomers is served as long as it can be.</param>
/// <param name="toFirstRequest">A connection that has not asked anything by then is closed.</param>
internal sealed class ConnectionLimit(int usual, int most, TimeSpan toFirstRequest)
{
    private const long Moment = 1000; // ms

    private readonly Lock _lock = new();
    private readonly LinkedList<Seat> _longestSilentFirst = new();
    private int _count;

    /// <summary>Every connection goes through here, from its beginning to its end.</summary>
    public ConnectionDelegate Around(ConnectionDelegate next) => async connection =>
    {
        if (Enter(connection) is not { } seat)
        {
            connection.Abort();
            return;
        }

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
    public static Task Begin(HttpContext context, RequestDelegate next)
    {
        Progress(context);
        return next(context);
    }

    /// <summary>The client has done something: from now on it is waited for anew.</summary>
    public static void Progress(HttpContext context) => context.Features.Get<Seat>()?.AwaitClient();

    /// <summary>Until the next progress it is the client who waits: it keeps its place.</summary>
    public static void Hold(HttpContext context) => context.Features.Get<Seat>()?.Hold();

    /// <summary>Null when all places are taken by clients who wait themselves.</summary>
    private Seat? Enter(ConnectionContext connection)
    {
        Seat? evicted = null;
        Seat seat;
        lock (_lock)
        {
            var silent = _longestSilentFirst.First?.Value;
            if (_count >= most && silent is null)
                return null;
            if (_count >= most || (_count >= usual && Environment.TickCount64 - silent?.Since > Moment))
            {
                evicted = silent!;
                Vacate(evicted);
            }

            _count++;
            seat = new Seat(this, connection);
            Append(seat);
        }

        evicted?.Abort();
        return seat;
    }

    private void Append(Seat seat)
    {
        seat.Since = Environment.TickCount64;
        _longestSilentFirst.AddLast(seat.Place);
    }

    private void Leave(Seat seat)
    {
        lock (_lock)
            Vacate(seat);
    }

    private void Vacate(Seat seat)
    {
        if (seat.IsVacant)
            return;
        seat.IsVacant = true;
        _count--;
        seat.Place.List?.Remove(seat.Place);
    }

    private sealed class Seat
    {
        private readonly ConnectionLimit _limit;
        private readonly ConnectionContext _connection;
        private volatile bool _isUsed;

        public Seat(ConnectionLimit limit, ConnectionContext connection)
        {
            _limit = limit;
            _connection = connection;
            Place = new LinkedListNode<Seat>(this);
        }

        public LinkedListNode<Seat> Place { get; }

        /// <summary>In ms of the machine's uptime, since when its client is waited for.</summary>
        public long Since { get; set; }

        public bool IsVacant { get; set; }

        public void AwaitClient()
        {
            _isUsed = true;
            lock (_limit._lock)
            {
                if (IsVacant)
                    return;
                Place.List?.Remove(Place);
                _limit.Append(this);
            }
        }

        public void Hold()
        {
            lock (_limit._lock)
                Place.List?.Remove(Place);
        }

        public void Abort() => _connection.Abort();

        public void EndIfUnused()
        {
            if (!_isUsed)
                Abort();
        }
    }
}
