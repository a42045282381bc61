using ProcImage.Abi;

namespace ProcImage.Imaging;

/// <summary>A lock of one life: one key of a map of the kernel side. Guarded by the books it is in.</summary>
/// <param name="key">Of the map.</param>
/// <param name="since">CLOCK_BOOTTIME in ns of the activation that it counts from.</param>
internal abstract class LockPlace(LockKey key, ulong since)
{
    public LockKey Key { get; } = key;

    /// <summary>The kernel side begins it anew when an image of its life does.</summary>
    public ulong Since { get; set; } = since;

    /// <summary>ns of the longest one that was met with.</summary>
    public ulong LongestTime { get; set; }

    /// <summary>Of the one with that length the stack was looked up.</summary>
    public ulong NamedTime { get; private set; }

    public IReadOnlyList<string> LongestStack { get; private set; } = [];

    /// <param name="program">What is of another one cannot be looked up any more.</param>
    public bool NeedsStack(uint program) => Key.Program == program && LongestTime != NamedTime;

    public void Name(ulong time, IReadOnlyList<string> stack) => (NamedTime, LongestStack) = (time, stack);
}

/// <summary>At which it has waited.</summary>
/// <inheritdoc cref="LockPlace(LockKey, ulong)"/>
internal sealed class WaitPlace(LockKey key, ulong since) : LockPlace(key, since)
{
    /// <summary>Its figures once the kernel side has no key of it any more.</summary>
    public LockFigures? Kept { get; set; }

    /// <summary>Who held it in the longest wait.</summary>
    public LockOwner? LongestOwner { get; set; }
}

/// <summary>That it has taken, as probes have seen it.</summary>
/// <inheritdoc cref="LockPlace(LockKey, ulong)"/>
internal sealed class UsePlace(LockKey key, ulong since) : LockPlace(key, since)
{
    /// <inheritdoc cref="WaitPlace.Kept"/>
    public LockUse? Kept { get; set; }
}
