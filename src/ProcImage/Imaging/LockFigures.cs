using ProcImage.Abi;

namespace ProcImage.Imaging;

/// <summary>What one life has waited at one address.</summary>
/// <param name="Address">Of the lock: it means something in this process alone.</param>
/// <param name="Program">Another one after each exec.</param>
/// <param name="Kind">A mutex if any wait has found it to be one.</param>
/// <param name="Waits">ns, of those that slept and have ended.</param>
/// <param name="AtOnce">Calls that came back without having slept.</param>
/// <param name="Longest">Null where none has been noted.</param>
public sealed record LockFigures(
    ulong Address, uint Program, LockKind Kind, Histogram Waits, ulong AtOnce, LongestLockWait? Longest)
{
    public static LockFigures Of(in LockKey key, in LockStats stats) => new(
        key.Address, key.Program, key.Kind, stats.Waits, stats.AtOnce,
        stats.Longest.Time == 0 || (stats.Longest.Version & 1) != 0 ? null : new LongestLockWait(
            stats.Longest.Time, stats.Longest.Tid, stats.Longest.Comm.ToString(), stats.Longest.Owner));

    /// <summary>The first waits for a mutex may have found no owner, and are kept apart.</summary>
    public static LockFigures Add(LockFigures a, LockFigures b) => a with
    {
        Kind = a.Kind > b.Kind ? a.Kind : b.Kind,
        Waits = Histogram.Add(a.Waits, b.Waits),
        AtOnce = a.AtOnce + b.AtOnce,
        Longest = b.Longest is null || a.Longest?.Time >= b.Longest.Time ? a.Longest : b.Longest,
    };
}

/// <summary>The longest wait at one address.</summary>
/// <param name="Time">ns.</param>
/// <param name="Tid">Who has waited.</param>
/// <param name="Comm">Its name.</param>
/// <param name="Owner">Who held the lock at its beginning, by the tid that its process knows; 0: not known.</param>
public sealed record LongestLockWait(ulong Time, int Tid, string Comm, int Owner);
