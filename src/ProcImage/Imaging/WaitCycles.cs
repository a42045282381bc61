namespace ProcImage.Imaging;

/// <summary>
/// Threads that wait for each other in a circle: none of them ever goes on by itself. A thread waits for one lock at a time,
/// so each leads to one other at most. A wait with a timeout ends by itself, and is in none.
/// </summary>
public static class WaitCycles
{
    /// <summary>Each once, from its lowest tid on: each waits for the next one, the last one for the first.</summary>
    /// <param name="waits">Of one process, of threads that stand still.</param>
    public static IReadOnlyList<IReadOnlyList<LockWait>> Find(IEnumerable<LockWait> waits)
    {
        var byThread = waits.Where(wait => wait is { Owner: not null, HasTimeout: false }).DistinctBy(wait => wait.Tid).ToDictionary(wait => wait.Tid);
        var seen = new HashSet<int>();
        var cycles = new List<IReadOnlyList<LockWait>>();
        foreach (var start in byThread.Values.OrderBy(wait => wait.Tid))
        {
            var path = new List<LockWait>();
            LockWait? at = start;
            while (at is not null && seen.Add(at.Tid))
            {
                path.Add(at);
                at = byThread.GetValueOrDefault(at.Owner!.Value.Tid);
            }

            if (at is not null && path.IndexOf(at) is var first and >= 0)
                cycles.Add(FromLowest(path[first..]));
        }

        return cycles;
    }

    private static List<LockWait> FromLowest(List<LockWait> cycle)
    {
        var lowest = cycle.IndexOf(cycle.MinBy(wait => wait.Tid)!);
        return [.. cycle[lowest..], .. cycle[..lowest]];
    }
}
