namespace ProcImage.Imaging;

/// <summary>Bounds what is kept of all lives together: what was told first is dropped first, whosever it is.</summary>
/// <param name="most">Milestones.</param>
public sealed class MilestoneBound(int most)
{
    private readonly Queue<(Biography Biography, ulong Number)> _told = new();

    /// <summary>To be called after each milestone that is added to a biography.</summary>
    public void Count(Biography biography)
    {
        _told.Enqueue((biography, biography.Added));
        if (_told.Count <= most)
            return;
        var (oldest, number) = _told.Dequeue();
        if (oldest.Dropped < number) // else the bound on its own milestones has come first
            oldest.DropOldest();
    }
}
