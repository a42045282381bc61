namespace ProcImage.Imaging;

/// <summary>The slices of every target, as their readers see them. From any thread.</summary>
public interface ITimelines
{
    /// <summary>Takes up what has come since the last look.</summary>
    void CatchUp();

    /// <summary>Copies the slices of a life that came after a place. Null when it has none.</summary>
    /// <param name="subject">Whose.</param>
    /// <param name="place">That of another timeline, or none, for all that are kept.</param>
    /// <param name="room">Filled from its beginning.</param>
    SliceBatch? CopyAfter(Subject subject, TimelinePlace place, Span<Slice> room);
}
