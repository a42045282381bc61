using ProcImage.Abi;

namespace ProcImage.Imaging;

/// <summary>A lock that a probed life has used: one key of the kernel side's map. Guarded by the books it is in.</summary>
/// <param name="key">Of the map.</param>
/// <param name="since">CLOCK_BOOTTIME in ns of the activation that it counts from.</param>
internal sealed class UsePlace(LockKey key, ulong since)
{
    public LockKey Key { get; } = key;

    /// <inheritdoc cref="LockPlace.Since"/>
    public ulong Since { get; set; } = since;

    /// <summary>Its figures once the kernel side has no key of it any more.</summary>
    public LockUse? Kept { get; set; }

    /// <summary>Of the longest hold that was met with: ns.</summary>
    public ulong LongestTime { get; set; }

    /// <summary>Of the hold with that length the stack was looked up.</summary>
    public ulong NamedTime { get; set; }

    public IReadOnlyList<string> LongestStack { get; set; } = [];
}

/// <summary>One lock of a portrait, as probes have seen it.</summary>
/// <param name="Key">Its address and kind.</param>
/// <param name="Use">Its figures.</param>
/// <param name="Name">Null where it has none yet, or was looked up too late.</param>
/// <param name="LongestStack">Of the longest hold, where it was given back; empty where it was not looked up.</param>
internal sealed record NamedUse(LockKey Key, LockUse Use, string? Name, IReadOnlyList<string> LongestStack);
