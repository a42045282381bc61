using ProcImage.Abi;

namespace ProcImage.Imaging;

/// <summary>Where a life has blocked, and how long in all.</summary>
/// <param name="State">Sleeping, disk or stopped.</param>
/// <param name="Kernel">Addresses in the kernel, the innermost first.</param>
/// <param name="User">The same in the process, by frame pointers.</param>
/// <param name="Words">From the top of the user stack.</param>
/// <param name="Time">ns.</param>
/// <param name="Count">How often.</param>
/// <param name="Max">ns of the longest time.</param>
public sealed record BlockedSite(
    TimeState State, ulong[] Kernel, ulong[] User, ulong[] Words, ulong Time, ulong Count, ulong Max)
{
    /// <summary>Of one life, those with the most time first.</summary>
    public static IReadOnlyList<BlockedSite> Read(KernelMaps maps, Subject subject)
    {
        var stacks = new List<BlockedSite>();
        foreach (var key in maps.ReadBlockedKeys())
            if (Subject.Of(key.Life) == subject && maps.TryReadBlocked(key, out var stats) && stats.Count > 0)
                stacks.Add(new BlockedSite(
                    key.State,
                    maps.ReadStack(key.KernelStack),
                    maps.ReadStack(key.UserStack),
                    ((ReadOnlySpan<ulong>)stats.Words).ToArray(),
                    stats.Time,
                    stats.Count,
                    stats.Max));
        stacks.Sort((a, b) => b.Time.CompareTo(a.Time));
        return stacks;
    }
}
