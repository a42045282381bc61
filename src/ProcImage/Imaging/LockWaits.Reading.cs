using ProcImage.Abi;

namespace ProcImage.Imaging;

/// <content>What it tells of one life.</content>
internal sealed partial class LockWaits
{
    /// <summary>For a list: who waits and what is stuck, without the locks themselves, which would be looked up one by one.</summary>
    public LockDetails ReadWaits(Subject subject)
    {
        var names = new Dictionary<ulong, string>();
        lock (_lock)
            return _lives.GetValueOrDefault(subject) is { } life
                ? new LockDetails(
                    [], [], _isActive ? life.Waits : [], names, [.. life.Deadlocks.Select(known => known.Now)], BootClock.Now)
                : new LockDetails([], [], [], names, [], BootClock.Now);
    }

    /// <summary>Null where none was found.</summary>
    public Deadlocked? LatestDeadlock(Subject subject)
    {
        lock (_lock)
            return _lives.GetValueOrDefault(subject)?.Deadlocks is [.., var latest] ? latest.Now : null;
    }

    /// <summary>Of one portrait that has locks: what the last look has met. Nothing is waited for here.</summary>
    public LockDetails Read(Subject subject)
    {
        IReadOnlyList<LockWait> waits = [];
        List<(UsePlace Place, LockUse? Kept, string? Name, ulong NamedTime, IReadOnlyList<string> Stack)> uses = [];
        List<(WaitPlace Place, LockFigures? Kept, NamedLock Named)> places = [];
        var names = new Dictionary<ulong, string>();
        IReadOnlyList<Deadlocked> deadlocks = [];
        lock (_lock)
        {
            if (_lives.GetValueOrDefault(subject) is { } life)
            {
                waits = _isActive ? life.Waits : [];
                foreach (var place in life.Kept.Concat(life.Places.Values))
                    places.Add((place, place.Kept, Named(life, place)));
                foreach (var use in life.Uses.Values)
                    uses.Add((use, use.Kept, life.NameOf(use.Key.Address, use.Key.Program), use.NamedTime, use.LongestStack));
                foreach (var wait in waits)
                    if (life.NameOf(wait.Address, wait.Program) is { } name)
                        names[wait.Address] = name;
                deadlocks = [.. life.Deadlocks.Select(known => known.Now)];
            }
        }

        var since = _imager.LocksOf(subject).Since;
        var locks = new List<NamedLock>();
        foreach (var (place, kept, named) in places)
        {
            // It is kept first, and goes from the map then.
            if (kept is not null)
                locks.Add(named.With(kept));
            else if (_maps.TryReadLock(place.Key, out var stats) && stats.Since >= since)
                locks.Add(named.With(LockFigures.Of(place.Key, stats)));
        }

        var used = new List<NamedUse>();
        foreach (var (place, kept, name, namedTime, stack) in uses)
        {
            if (kept is not { } use && !(_maps.TryReadLockUse(place.Key, out use) && use.Since >= since))
                continue;
            if (kept is not null || !LiveThreads.IsThread(subject.Tgid, use.Holder)) // who has died with it, or is not looked at any more
                use.Holder = 0;
            used.Add(new NamedUse(place.Key, use, name, use.Longest.Time == namedTime ? stack : []));
        }

        return new LockDetails(
            Together(locks), [.. used.OrderByDescending(use => use.Use.Figures.Holds.Sum)], waits, names, deadlocks, BootClock.Now);
    }

    private static NamedLock Named(LockLife life, WaitPlace place) => new(
        null!, life.NameOf(place.Key.Address, place.Key.Program),
        place.LongestOwner, place.LongestTime, place.LongestStack, place.NamedTime);

    /// <summary>One for each address, the longest wait first.</summary>
    private static List<NamedLock> Together(List<NamedLock> locks) =>
    [
        .. locks.GroupBy(named => (named.Figures.Address, named.Figures.Program))
            .Select(group => group.Aggregate((a, b) =>
            {
                var sum = LockFigures.Add(a.Figures, b.Figures);
                return (sum.Longest == a.Figures.Longest ? a : b) with { Figures = sum };
            }))
            .OrderByDescending(named => named.Figures.Waits.Max),
    ];
}
