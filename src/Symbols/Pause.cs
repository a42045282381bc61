namespace ProcImage.Symbols;

/// <summary>Between two readings of what another process may make as long as it likes.</summary>
internal sealed class Pause(TimeProvider clock)
{
    private const int Times = 20; // as long as the reading took

    private static readonly TimeSpan _least = TimeSpan.FromMilliseconds(100);

    private long _end;
    private TimeSpan _length;

    public bool IsOver => clock.GetElapsedTime(_end) >= _length;

    /// <summary>A reading; disposed of when it is done.</summary>
    public Reading Begin() => new(this, clock.GetTimestamp());

    private void Start(long begun)
    {
        _end = clock.GetTimestamp();
        var took = clock.GetElapsedTime(begun, _end) * Times;
        _length = took > _least ? took : _least;
    }

    internal readonly ref struct Reading(Pause pause, long begun)
    {
        public void Dispose() => pause.Start(begun);
    }
}
