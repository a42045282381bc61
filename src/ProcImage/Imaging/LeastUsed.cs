using ProcImage.Abi;

namespace ProcImage.Imaging;

/// <summary>
/// Which keys make room for others when a map of locks is nearly full: the addresses of a program that makes and frees its
/// locks are soon those of nothing.
/// </summary>
internal static class LeastUsed
{
    private const ulong Second = 1_000_000_000; // ns

    /// <param name="keys">All of the map.</param>
    /// <param name="most">That it has room for.</param>
    /// <param name="use">How often a lock was used, and since when; null where it is to stay, or is gone.</param>
    /// <param name="now">CLOCK_BOOTTIME in ns.</param>
    /// <returns>Those used least for the time that they are there, so many that a quarter of the room is free; none while an eighth of it is.</returns>
    public static IEnumerable<LockKey> Of(IReadOnlyList<LockKey> keys, int most, Func<LockKey, (ulong Count, ulong First)?> use, ulong now)
    {
        if (keys.Count < most / 8 * 7)
            return [];
        return keys.Select(key => (Key: key, Use: use(key))).Where(lookedUp => lookedUp.Use is not null)
            .OrderBy(lookedUp => lookedUp.Use!.Value.Count / (double)(Second + now - Math.Min(now, lookedUp.Use.Value.First)))
            .Take(keys.Count - most / 4 * 3).Select(lookedUp => lookedUp.Key);
    }
}
