using System.Collections.Concurrent;
using Libbpf;
using ProcImage.Abi;
using ProcImage.Privileges;

namespace ProcImage.Imaging;

/// <summary>
/// The slices of every target, taken off their ring buffer by a thread of its own: while there are ledgers it looks
/// several times a second, else it sleeps. Whoever reads a timeline reads copies: the ring is never held back.
/// </summary>
public sealed class Timelines : ITimelines, IDisposable
{
    /// <summary>Of the latest slices of a life so many are kept: 14 MB.</summary>
    public const int MostSlices = 200_000;

    /// <summary>In all so many: 144 MB.</summary>
    public const int MostRoom = 2_000_000;

    /// <summary>A tree that is followed may have many lives that are soon over.</summary>
    public const int MostTimelines = 16_384;

    private const int Period = 100; // ms

    /// <summary>ns for which one that is forgotten is still there: a reader that has begun gets its end.</summary>
    private const ulong Farewell = 1_000_000_000;

    private readonly Lock _lock = new();
    private readonly Lock _wakeLock = new(); // held for a moment only
    private readonly TimelineTable _table = new(MostSlices, MostRoom, MostTimelines);
    private readonly ConcurrentQueue<(Subject Subject, ulong Time)> _forgotten = new();
    private readonly KernelMaps _maps;
    private readonly EventFd _wake = new();
    private readonly Thread _consumer;
    private RingBuffer? _slices; // mapped while there is something to take from it, as that takes 16 MB
    private volatile bool _isActive;
    private volatile bool _isResting = true; // nothing is kept, and nothing will come
    private volatile bool _isEnding;

    public Timelines(KernelMaps maps)
    {
        _maps = maps;
        _consumer = new Thread(Consume) { Name = "slices", IsBackground = true };
    }

    /// <summary>Raised when the thread cannot go on.</summary>
    public event Action<Exception>? Failed;

    public void Start() => NiceLevel.Start(_consumer);

    /// <summary>To be called after each reading, as there is one when policies change. It does not wait.</summary>
    /// <param name="isActive">Whether any target has a ledger.</param>
    public void Follow(bool isActive)
    {
        if (isActive == _isActive)
            return;
        _isActive = isActive;
        Wake();
    }

    /// <summary>To be called when a life is shown no more. It does not wait.</summary>
    public void Forget(Subject subject)
    {
        if (!_isActive && _isResting)
            return;
        _forgotten.Enqueue((subject, BootClock.Now));
        if (!_isActive)
            Wake();
    }

    public void CatchUp()
    {
        lock (_lock)
            TakeUp();
    }

    public SliceBatch? CopyAfter(Subject subject, TimelinePlace place, Span<Slice> room)
    {
        lock (_lock)
            return _table.Find(subject)?.CopyAfter(place, room);
    }

    public void Dispose()
    {
        lock (_wakeLock)
        {
            _isEnding = true;
            _wake.Signal();
        }

        if (_consumer.IsAlive)
            _consumer.Join();
        _slices?.Dispose();
        _wake.Dispose();
    }

    private void Wake()
    {
        lock (_wakeLock)
            if (!_isEnding)
                _wake.Signal();
    }

    private void Consume()
    {
        try
        {
            NiceLevel.KeepToItself();
            var wasActive = false;
            while (!_isEnding)
            {
                // What is decided here is read after the flag was cleared: no signal is lost.
                var isActive = _isActive;
                Map(isActive || wasActive);
                CatchUp();
                // Once more after the end: some slices were being told at that moment.
                var isAwake = isActive || wasActive || !_forgotten.IsEmpty;
                if (!Wait(isAwake ? Period : Timeout.Infinite))
                    _wake.Reset();
                wasActive = isActive;
            }
        }
        catch (Exception exception)
        {
            Failed?.Invoke(exception); // on this thread nobody else would hear of it
        }
    }

    private void Map(bool isNeeded)
    {
        lock (_lock)
        {
            if (isNeeded)
            {
                _slices ??= new RingBuffer(_maps.Slices, record => _table.Add(RecordStream.Read<SliceRecord>(record)));
                return;
            }

            _slices?.Dispose();
            _slices = null;
        }
    }

    /// <summary>False where it was woken up.</summary>
    private bool Wait(int timeout) => _slices?.Wait(_wake.Fd, timeout) ?? !_wake.Wait(timeout);

    private void TakeUp()
    {
        if (_isEnding)
            return;
        _slices?.Consume();
        while (_forgotten.TryPeek(out var forgotten) && BootClock.Now - forgotten.Time > Farewell)
        {
            _forgotten.TryDequeue(out _);
            // Else it is imaged again.
            if (_table.Find(forgotten.Subject)?.LastEnd < forgotten.Time)
                _table.Remove(forgotten.Subject);
        }

        _isResting = !_isActive && _table.Count == 0;
    }
}
