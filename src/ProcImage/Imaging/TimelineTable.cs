using System.Runtime.InteropServices;
using ProcImage.Abi;

namespace ProcImage.Imaging;

/// <summary>The timelines of all lives, within bounds for all of them together. For one thread at a time.</summary>
/// <param name="mostSlices">Of one life.</param>
/// <param name="mostRoom">Slices that there is memory for, in all.</param>
/// <param name="mostTimelines">Each with at least <see cref="Timeline.LeastRoom"/>, they must fit into the room.</param>
public sealed class TimelineTable(int mostSlices, int mostRoom, int mostTimelines)
{
    /// <summary>At a bound, so much of it is freed at once: the search for what is to go is made seldom.</summary>
    private const int FreedPart = 16;

    private readonly Dictionary<Subject, Timeline> _timelines = [];
    private readonly Stack<Slice[]> _spare = []; // memory is freed when there is no timeline any more

    public int Count => _timelines.Count;

    /// <summary>Slices that there is memory for.</summary>
    public int Room { get; private set; }

    public Timeline? Find(Subject subject) => _timelines.GetValueOrDefault(subject);

    public void Add(in SliceRecord record)
    {
        if (record.Whose.HasFlag(EventFlag.OfProcess))
            Add(new Subject(record.Tgid, 0, record.StartId), record);
        if (record.Whose.HasFlag(EventFlag.OfThread))
            Add(new Subject(record.Tgid, record.Tid, record.ThreadStartId), record);
    }

    public void Remove(Subject subject)
    {
        if (!_timelines.Remove(subject, out var timeline))
            return;
        Room -= timeline.Room;
        timeline.GiveUp();
        if (_timelines.Count == 0)
            _spare.Clear();
    }

    private void Add(Subject subject, in SliceRecord record)
    {
        ref var timeline = ref CollectionsMarshal.GetValueRefOrAddDefault(_timelines, subject, out _);
        var before = timeline?.Room ?? 0;
        if (timeline is null || (record.Since > timeline.Since && record.Since > timeline.LastEnd))
        {
            timeline?.GiveUp(); // nothing was imaged in between
            timeline = new Timeline(subject.StartId, record.Since, BootClock.Now, mostSlices, _spare);
        }

        timeline.Add(record);
        Room += timeline.Room - before;
        if (_timelines.Count > mostTimelines)
            RemoveSilent();
        if (Room > mostRoom)
            HalveLongest();
    }

    /// <summary>Those of which nobody has heard for the longest.</summary>
    private void RemoveSilent()
    {
        var silent = _timelines.OrderBy(each => each.Value.LastEnd).Take(mostTimelines / FreedPart).ToList();
        foreach (var (subject, _) in silent)
            Remove(subject);
    }

    private void HalveLongest()
    {
        foreach (var timeline in _timelines.Values.OrderByDescending(timeline => timeline.Kept))
        {
            Room -= timeline.Room;
            timeline.Halve();
            Room += timeline.Room;
            if (Room <= mostRoom - mostRoom / FreedPart)
                return;
        }
    }
}
