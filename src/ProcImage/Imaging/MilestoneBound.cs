namespace ProcImage.Imaging;

/// <summary>Bounds what is kept of all lives together: what was told first is dropped first, whosever it is.</summary>
/// <param name="most">Milestones.</param>
/// <param name="mostBytes">Of memory that they take, about.</param>
public sealed class MilestoneBound(int most, long mostBytes)
{
    /// <summary>So many that are not kept any more may stand in the queue, and besides as many as are kept.</summary>
    private const int Slack = 1000;

    private Queue<(Biography Biography, ulong Number)> _told = new();

    /// <summary>Milestones.</summary>
    public int Kept { get; private set; }

    /// <summary>Of all of them.</summary>
    public long Bytes { get; private set; }

    /// <summary>Milestones in the order in which they were told, those that are not kept any more among them.</summary>
    public int Queued => _told.Count;

    public void Add(Biography biography, Milestone milestone)
    {
        Change(biography, () => biography.Add(milestone));
        _told.Enqueue((biography, biography.Added));
        while (Kept > most || Bytes > mostBytes)
            DropOldest();
        Tidy();
    }

    /// <summary>Its portrait is forgotten.</summary>
    public void Empty(Biography biography)
    {
        Change(biography, biography.Empty);
        Tidy();
    }

    private void DropOldest()
    {
        var (oldest, number) = _told.Dequeue();
        if (IsKept(oldest, number))
            Change(oldest, oldest.DropOldest);
    }

    /// <summary>Else the bound on its own milestones has come first, or it was emptied.</summary>
    private static bool IsKept(Biography biography, ulong number) => biography.Dropped < number;

    private void Tidy()
    {
        if (_told.Count > 2 * Kept + Slack)
            _told = new(_told.Where(told => IsKept(told.Biography, told.Number)));
    }

    private void Change(Biography biography, Action change)
    {
        var (milestones, bytes) = (biography.Milestones.Count, biography.Bytes);
        change();
        Kept += biography.Milestones.Count - milestones;
        Bytes += biography.Bytes - bytes;
    }
}
