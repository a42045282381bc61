namespace ProcImage.Imaging;

/// <summary>What was copied of a timeline.</summary>
/// <param name="Length">So many slices.</param>
/// <param name="FellOff">So many before them are kept no more, those among them that were lost included.</param>
/// <param name="Gap">Behind those.</param>
/// <param name="Place">Behind the last one that was copied.</param>
public readonly record struct SliceBatch(int Length, ulong FellOff, TimelinePlace Gap, TimelinePlace Place);
