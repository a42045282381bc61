using System.Text;
using System.Threading.Channels;
using ProcImage.Imaging;

namespace ProcImage.Text;

/// <summary>
/// Writes a line for each event. Who tells of one never waits for it to be written: when events come faster than the
/// output takes them, some are counted instead, and the count is written in their place.
/// </summary>
internal sealed class EventWriter : IAsyncDisposable
{
    private const int MostWaiting = 10_000;
    private const int MostAtOnce = 64 * 1024;
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly TextWriter _output;
    private readonly Task _writing;
    private readonly Channel<Entry> _waiting = Channel.CreateBounded<Entry>(
        new BoundedChannelOptions(MostWaiting) { SingleReader = true });

    private bool _hasHeader;
    private long _missed;

    public EventWriter(TextWriter output)
    {
        _output = output;
        _writing = Task.Run(Write);
    }

    /// <summary>Raised when no line can be written any more.</summary>
    public event Action<Exception>? Failed;

    /// <summary>Whether key times are imaged: when they begin to be, a header is written.</summary>
    public void SetActive(bool isActive)
    {
        lock (_lock)
        {
            if (isActive)
                Begin();
            _hasHeader = isActive;
        }
    }

    public void Tell(Subject subject, Milestone milestone)
    {
        lock (_lock)
        {
            Begin();
            Enqueue(new Entry(_missed, subject, milestone));
        }
    }

    /// <summary>Waits for what is still to be written, but not for an output that stands still.</summary>
    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        await Task.WhenAny(_writing, Task.Delay(_patience));
    }

    /// <summary>The first event may come before its policy is known.</summary>
    private void Begin()
    {
        if (!_hasHeader)
            Enqueue(new Entry(_missed, default, null));
        _hasHeader = true;
    }

    private void Enqueue(in Entry entry)
    {
        if (_waiting.Writer.TryWrite(entry))
            _missed = 0;
        else if (entry.Milestone is not null)
            _missed++;
    }

    private async Task Write()
    {
        try
        {
            var lines = new StringBuilder();
            while (await _waiting.Reader.WaitToReadAsync())
            {
                while (lines.Length < MostAtOnce && _waiting.Reader.TryRead(out var entry))
                    Append(lines, entry);
                if (lines.Length < MostAtOnce)
                    AppendGap(lines, TakeMissed());
                _output.Write(lines);
                lines.Clear();
            }
        }
        catch (Exception failure)
        {
            Failed?.Invoke(failure); // nobody waits for this task
        }
    }

    private static void Append(StringBuilder lines, in Entry entry)
    {
        AppendGap(lines, entry.Missed);
        lines.Append(entry.Milestone is null ? EventText.Header : EventText.Line(entry.Subject, entry.Milestone)).Append('\n');
    }

    private static void AppendGap(StringBuilder lines, long missed)
    {
        if (missed > 0)
            lines.Append(EventText.Gap(missed)).Append('\n');
    }

    /// <summary>Nothing waits any more: what was missed is said now, since no event may follow.</summary>
    private long TakeMissed()
    {
        lock (_lock)
        {
            var missed = _missed;
            _missed = 0;
            return missed;
        }
    }

    /// <param name="Missed">How many events before it are not shown.</param>
    /// <param name="Subject">Whom it has happened to.</param>
    /// <param name="Milestone">Null for the header.</param>
    private readonly record struct Entry(long Missed, Subject Subject, Milestone? Milestone);
}
