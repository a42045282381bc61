using System.Runtime.InteropServices;
using Libbpf;
using ProcImage.Abi;

namespace ProcImage.Imaging;

/// <summary>
/// The slices of every target, taken off their ring buffer by a thread of its own: while there are ledgers it looks
/// several times a second, else it sleeps. Whoever reads a timeline reads copies: the ring is never held back.
/// </summary>
public sealed class Timelines : IDisposable
{
    /// <summary>Of the latest slices of a life so many are kept: 11 MB.</summary>
    public const int MostSlices = 200_000;

    private const int Period = 100; // ms
    private readonly Lock _lock = new();
    private readonly Dictionary<Subject, Timeline> _timelines = [];
    private readonly RingBuffer _slices;
    private readonly EventFd _wake = new();
    private readonly Thread _consumer;
    private volatile bool _isActive;
    private volatile bool _isEnding;

    public Timelines(KernelMaps maps)
    {
        _slices = new RingBuffer(maps.Slices, Receive);
        _consumer = new Thread(Consume) { Name = "slices", IsBackground = true };
    }

    /// <summary>Raised when the thread cannot go on.</summary>
    public event Action<Exception>? Failed;

    public void Start() => _consumer.Start();

    /// <summary>To be called after each reading, as there is one when policies change. It forgets who is not shown.</summary>
    /// <param name="isActive">Whether any policy has a ledger.</param>
    /// <param name="isShown">Whether a life is.</param>
    public void Follow(bool isActive, Func<Subject, bool> isShown)
    {
        lock (_lock)
            foreach (var (subject, timeline) in _timelines)
                if (timeline.IsOver(isShown(subject)))
                    _timelines.Remove(subject);
        if (isActive == _isActive)
            return;
        _isActive = isActive;
        _wake.Signal();
    }

    /// <summary>Copies the slices of a life that came after a number. Null when it has none.</summary>
    /// <param name="subject">Whose.</param>
    /// <param name="after">0 for all that are kept.</param>
    /// <param name="room">Filled from its beginning.</param>
    public (ulong First, int Length)? CopyAfter(Subject subject, ulong after, Span<Slice> room)
    {
        lock (_lock)
            return _timelines.TryGetValue(subject, out var timeline) ? timeline.CopyAfter(after, room) : null;
    }

    /// <summary>Takes up what has come since the last look.</summary>
    public void CatchUp()
    {
        lock (_lock)
            _slices.Consume();
    }

    /// <summary>How many slices of a life have come, and how many of them were lost on their way.</summary>
    public (ulong Count, ulong Missing) Count(Subject subject)
    {
        lock (_lock)
            return _timelines.TryGetValue(subject, out var timeline) ? (timeline.Count, timeline.Missing) : default;
    }

    public void Dispose()
    {
        _isEnding = true;
        _wake.Signal();
        if (_consumer.IsAlive)
            _consumer.Join();
        _slices.Dispose();
        _wake.Dispose();
    }

    private void Consume()
    {
        try
        {
            while (!_isEnding)
            {
                lock (_lock)
                    _slices.Consume();
                if (!_slices.Wait(_wake.Fd, _isActive ? Period : Timeout.Infinite))
                    _wake.Reset();
            }
        }
        catch (Exception exception)
        {
            Failed?.Invoke(exception); // on this thread nobody else would hear of it
        }
    }

    private void Receive(ReadOnlySpan<byte> bytes)
    {
        var record = RecordStream.Read<SliceRecord>(bytes);
        if (record.Whose.HasFlag(EventFlag.OfProcess))
            GetOrAdd(new Subject(record.Tgid, 0, record.StartId)).Add(record, record.StartId);
        if (record.Whose.HasFlag(EventFlag.OfThread))
            GetOrAdd(new Subject(record.Tgid, record.Tid, record.ThreadStartId)).Add(record, record.ThreadStartId);
    }

    private Timeline GetOrAdd(Subject subject)
    {
        ref var timeline = ref CollectionsMarshal.GetValueRefOrAddDefault(_timelines, subject, out _);
        return timeline ??= new Timeline(MostSlices);
    }
}
