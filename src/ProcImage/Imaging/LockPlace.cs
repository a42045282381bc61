using ProcImage.Abi;

namespace ProcImage.Imaging;

/// <summary>A lock at which one life has waited: one key of the kernel side's map. Guarded by the books it is in.</summary>
/// <param name="key">Of the map.</param>
/// <param name="since">CLOCK_BOOTTIME in ns of the activation that it counts from.</param>
internal sealed class LockPlace(LockKey key, ulong since)
{
    public LockKey Key { get; } = key;

    /// <summary>The kernel side begins it anew when an image of its life does.</summary>
    public ulong Since { get; set; } = since;

    /// <summary>Its figures once the kernel side has no key of it any more.</summary>
    public LockFigures? Kept { get; set; }

    /// <summary>Of the longest wait that was met with: ns.</summary>
    public ulong LongestTime { get; set; }

    /// <summary>Who held it then.</summary>
    public LockOwner? LongestOwner { get; set; }

    /// <summary>Of the wait with that length its stack was looked up.</summary>
    public ulong NamedTime { get; set; }

    public IReadOnlyList<string> LongestStack { get; set; } = [];
}
