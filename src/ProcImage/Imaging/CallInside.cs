namespace ProcImage.Imaging;

/// <summary>A system call that a thread is in, or was in when its process died.</summary>
/// <param name="Tid">The thread.</param>
/// <param name="Id">Which call.</param>
/// <param name="Time">ns that it has taken so far; null where its beginning was not seen.</param>
public sealed record CallInside(int Tid, CallId Id, ulong? Time);
