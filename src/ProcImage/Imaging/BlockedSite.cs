using ProcImage.Abi;

namespace ProcImage.Imaging;

/// <summary>Where a life has blocked, and how long in all.</summary>
/// <param name="State">Sleeping, disk or stopped.</param>
/// <param name="Time">ns.</param>
/// <param name="Count">How often.</param>
/// <param name="Max">ns of the longest time.</param>
public sealed record BlockedSite(TimeState State, ulong Time, ulong Count, ulong Max);
