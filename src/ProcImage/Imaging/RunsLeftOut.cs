using ProcImage.Abi;

namespace ProcImage.Imaging;

/// <summary>
/// Where a hook can be preempted within its program, as those of system calls since Linux 7.2, the kernel leaves that program out for
/// every other thread on that CPU until the thread goes on. It counts that by program, not by whom it concerns.
/// </summary>
/// <param name="hooks">Where there is a program.</param>
/// <param name="countOf">Runs left out since preload; null where this loader may not ask.</param>
/// <param name="counting">Images that count now: what happened while no loader was there is theirs.</param>
/// <param name="kept">What the loader before has kept.</param>
/// <param name="keep">Keeps it for the next one: runs by which something was lost, and all.</param>
public sealed class RunsLeftOut(
    IReadOnlyList<string> hooks, Func<string, ulong?> countOf, ImageSet counting, (ulong Lost, ulong Seen) kept,
    Action<ulong, ulong> keep)
{
    private readonly Dictionary<string, ulong> _seen = [];
    private (ulong Lost, ulong Seen) _kept = kept;
    private ImageSet _counting = counting;

    /// <summary>
    /// The images that lack something since the last look. Where nothing was imaged then, nothing is lost: each activation has a
    /// reading at once.
    /// </summary>
    /// <param name="now">Images that count now.</param>
    public ImageSet Look(ImageSet now)
    {
        var (lacking, lost, all) = (ImageSet.None, 0UL, 0UL);
        foreach (var hook in hooks)
        {
            if (countOf(hook) is not { } count)
                continue;
            all += count;
            var (since, images) = (count - _seen.GetValueOrDefault(hook), Pins.ImagesOf(hook) & _counting);
            _seen[hook] = count;
            if (since == 0 || images == ImageSet.None)
                continue;
            lost += since;
            lacking |= images;
        }

        _counting = now;
        if (all <= _kept.Seen)
            return ImageSet.None;
        // At the first look, what earlier loaders have seen is among them.
        _kept = (_kept.Lost + Math.Min(lost, all - _kept.Seen), all);
        keep(_kept.Lost, _kept.Seen);
        return lacking;
    }
}
