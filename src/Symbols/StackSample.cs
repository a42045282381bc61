namespace ProcImage.Symbols;

/// <summary>What has been counted for one stack.</summary>
/// <param name="Frames">The top first: what has called the kernel, or the kernel's own before it.</param>
/// <param name="Count">How often.</param>
/// <param name="Nanoseconds">How long in all.</param>
internal sealed record StackSample(IReadOnlyList<Frame> Frames, long Count, long Nanoseconds);
