using ProcImage.Abi;

namespace ProcImage.Imaging;

/// <summary>Where a life has blocked, and how long in all.</summary>
/// <param name="State">Sleeping, disk or stopped.</param>
/// <param name="KernelStack">Id of the stack in the kernel; below 0 where there is none.</param>
/// <param name="UserStack">Likewise in the process, by frame pointers.</param>
/// <param name="Time">ns.</param>
/// <param name="Count">How often.</param>
/// <param name="Max">ns of the longest time.</param>
public sealed record BlockedSite(
    TimeState State, int KernelStack, int UserStack, ulong Time, ulong Count, ulong Max)
{
    /// <summary>Of one life, those with the most time first.</summary>
    public static IReadOnlyList<BlockedSite> Read(KernelMaps maps, Subject subject)
    {
        var sites = new List<BlockedSite>();
        foreach (var key in maps.ReadBlockedKeys())
            if (Subject.Of(key.Life) == subject && maps.TryReadBlocked(key, out var stats) && stats.Count > 0)
                sites.Add(new BlockedSite(
                    key.State, key.KernelStack, key.UserStack, stats.Time, stats.Count, stats.Max));
        sites.Sort((a, b) => b.Time.CompareTo(a.Time));
        return sites;
    }
}
