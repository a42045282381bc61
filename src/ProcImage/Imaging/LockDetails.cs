using ProcImage.Abi;

namespace ProcImage.Imaging;

/// <summary>What there is to tell of the locks of one portrait, beside its totals.</summary>
/// <param name="Locks">The longest wait first.</param>
/// <param name="Uses">By probes, the longest held first.</param>
/// <param name="Waits">Threads that wait now.</param>
/// <param name="Names">Of the locks that those wait for, by address, as far as they have one.</param>
/// <param name="Deadlocks">In the order in which they were found.</param>
/// <param name="Now">CLOCK_BOOTTIME in ns of the reading.</param>
internal sealed record LockDetails(
    IReadOnlyList<NamedLock> Locks,
    IReadOnlyList<NamedUse> Uses,
    IReadOnlyList<LockWait> Waits,
    IReadOnlyDictionary<ulong, string> Names,
    IReadOnlyList<Deadlocked> Deadlocks,
    ulong Now);

/// <summary>One lock of a portrait.</summary>
/// <param name="Figures">What was waited there.</param>
/// <param name="Name">Null where it has none yet, or was looked up too late.</param>
/// <param name="LongestOwner">Who held it in its longest wait, if that was a live thread soon afterwards.</param>
/// <param name="OwnerTime">ns of the wait that this was looked up of.</param>
/// <param name="LongestStack">Of the longest wait, the innermost first; empty where it was not looked up.</param>
/// <param name="StackTime">ns of the wait that this was looked up of.</param>
internal sealed record NamedLock(
    LockFigures Figures, string? Name, LockOwner? LongestOwner, ulong OwnerTime, IReadOnlyList<string> LongestStack, ulong StackTime)
{
    /// <summary>A longer wait may have come since it was looked up.</summary>
    public NamedLock With(LockFigures figures) => this with
    {
        Figures = figures,
        LongestOwner = figures.Longest?.Time == OwnerTime ? LongestOwner : null,
        LongestStack = figures.Longest?.Time == StackTime ? LongestStack : [],
    };
}

/// <summary>One lock of a portrait, as probes have seen it.</summary>
/// <param name="Key">Its address and kind.</param>
/// <param name="Use">Its figures.</param>
/// <param name="Name">Null where it has none yet, or was looked up too late.</param>
/// <param name="LongestStack">Of the longest hold, where it was given back; empty where it was not looked up.</param>
internal sealed record NamedUse(LockKey Key, LockUse Use, string? Name, IReadOnlyList<string> LongestStack);
