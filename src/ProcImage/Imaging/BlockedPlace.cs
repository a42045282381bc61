using System.Runtime.CompilerServices;
using ProcImage.Abi;
using ProcImage.Symbols;

namespace ProcImage.Imaging;

/// <summary>A place at which one life has blocked: one key of the kernel side's map. Guarded by the books it is in.</summary>
/// <param name="key">Of the map.</param>
/// <param name="since">Unix time in ns: when it blocked there first.</param>
internal sealed class BlockedPlace(BlockedKey key, ulong since)
{
    private static readonly Frame _tooLate = new(0, "[not looked up in time]", null);

    public BlockedKey Key { get; } = key;

    public ulong Since { get; } = since;

    /// <summary>The innermost first; null until they were looked up.</summary>
    public IReadOnlyList<Frame>? Frames { get; private set; }

    /// <summary>What lay at its addresses in user space is not there any more, and was not looked up before.</summary>
    public bool IsLate { get; private set; }

    /// <summary>Its figures once the kernel side has no key of it any more.</summary>
    public BlockedSite? Kept { get; private set; }

    /// <summary>Of one that is kept without names: its stacks are in there.</summary>
    public StrongBox<BlockedStats>? KeptStacks { get; private set; }

    private ulong _mappedAt, _namedAt; // the look-up's begin and end, Unix time in ns

    /// <summary>Before its key goes from the kernel side's map.</summary>
    public void Keep(in BlockedStats stats)
    {
        if (Frames is null)
            KeptStacks = new StrongBox<BlockedStats>(stats); // 3.5 KB
        Kept = Read(stats);
    }

    /// <summary>Its figures while the kernel side has its key.</summary>
    public BlockedSite Read(in BlockedStats stats) => new(Key.State, stats.Time, stats.Count, stats.Max);

    /// <param name="frames">Those of the kernel, then those of user space.</param>
    /// <param name="mappedAt">Unix time in ns: before what is mapped was read.</param>
    /// <param name="namedAt">Likewise: after the last name was found.</param>
    /// <param name="exec">Likewise: the latest exec of its process, 0 where none is known.</param>
    public void Name(IReadOnlyList<Frame> frames, ulong mappedAt, ulong namedAt, ulong exec)
    {
        if (Frames is not null || (Since >= exec && mappedAt < exec && !IsLate))
            return; // in the latter case the names are those of the program before: they are looked up again
        (_mappedAt, _namedAt, Frames, KeptStacks) = (mappedAt, namedAt, frames, null);
        if (IsLate)
            DropUser();
    }

    /// <summary>Its process has become another program. To be called for each time, in their order.</summary>
    /// <param name="time">Unix time in ns.</param>
    public void Change(ulong time)
    {
        if (Since < time && (Frames is null || _namedAt > time))
        {
            IsLate = true;
            DropUser();
        }
        else if (Since >= time && Frames is not null && _mappedAt < time && !IsLate)
        {
            Frames = null; // those of the program before
        }
    }

    /// <summary>Up to the zeros.</summary>
    public static ulong[] Trim(ReadOnlySpan<ulong> stack)
    {
        var end = stack.IndexOf(0UL);
        return stack[..(end < 0 ? stack.Length : end)].ToArray();
    }

    private void DropUser()
    {
        if (Frames is not null && Frames.Any(frame => !frame.IsKernel))
            Frames = [.. Frames.Where(frame => frame.IsKernel), _tooLate];
    }
}
