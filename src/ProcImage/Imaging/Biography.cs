namespace ProcImage.Imaging;

/// <summary>What has happened in a life, in order, as far as it is kept.</summary>
public sealed class Biography
{
    /// <summary>So many of the latest are kept.</summary>
    public const int MostMilestones = 1000;

    private readonly List<Milestone> _milestones = [];

    /// <summary>In the order of their time; those of one time in the order in which they were told.</summary>
    public IReadOnlyList<Milestone> Milestones => _milestones;

    /// <summary>About what the milestones take in memory.</summary>
    public long Bytes { get; private set; }

    /// <summary>How many there have been.</summary>
    public ulong Added { get; private set; }

    /// <summary>
    /// Unix time in ns before which an earlier loader may have been told; 0 where there was none, and where the birth was
    /// told to this one.
    /// </summary>
    public ulong Since { get; set; }

    /// <summary>How many of the oldest are not kept any more.</summary>
    public ulong Dropped { get; private set; }

    /// <summary>Of its birth, where that was imaged; kept whatever else is dropped.</summary>
    public Born? Birth { get; private set; }

    /// <summary>Where the kernel has killed it for want of memory.</summary>
    public ChosenByOom? Oom { get; private set; }

    public Died? Death { get; private set; }

    /// <summary>Each CPU tells in the order of its time, but not all together.</summary>
    public void Add(Milestone milestone)
    {
        Added++;
        if (milestone is Born born)
            (Birth, Since) = (Birth ?? born, 0);
        Oom ??= milestone as ChosenByOom;
        Death ??= milestone as Died;
        var at = _milestones.Count;
        while (at > 0 && IsBefore(milestone, _milestones[at - 1]))
            at--;
        _milestones.Insert(at, milestone);
        Bytes += milestone.Bytes;
        if (_milestones.Count > MostMilestones)
            DropOldest();
    }

    public void DropOldest()
    {
        Bytes -= _milestones[0].Bytes;
        _milestones.RemoveAt(0);
        Dropped++;
    }

    /// <summary>Drops all of them, and their place.</summary>
    public void Empty()
    {
        Dropped += (ulong)_milestones.Count;
        Bytes = 0;
        _milestones.Clear();
        _milestones.Capacity = 0;
    }

    /// <summary>Nothing follows a death, though a thread that was late to tell of its own end has a later time.</summary>
    private static bool IsBefore(Milestone milestone, Milestone other) =>
        milestone is not Died && (other is Died || milestone.Time < other.Time);
}
