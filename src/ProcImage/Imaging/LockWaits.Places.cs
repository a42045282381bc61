using ProcImage.Abi;

namespace ProcImage.Imaging;

/// <content>Locks that lives have waited for or have taken: met, kept, and dropped.</content>
internal sealed partial class LockWaits
{
    private const long MostTimeUnknown = 10 * Period;
    private const int MostKept = 65_536; // locks of lives that are over

    private void Meet(in LockKey key)
    {
        var subject = Subject.Of(key.Life);
        lock (_lock)
            if (_lives.TryGetValue(subject, out var known) && known.Places.ContainsKey(key))
                return;
        if (!_maps.TryReadLock(key, out var stats))
            return;
        lock (_lock)
        {
            var life = Life(subject);
            life.Places[key] = new WaitPlace(key, stats.Since);
            life.Meet(key.Program);
            life.IsNamed |= stats.IsTarget != 0;
        }
    }

    private void MeetUse(in LockKey key)
    {
        if (!_maps.TryReadLockUse(key, out var use))
            return;
        lock (_lock)
        {
            var life = Life(Subject.Of(key.Life));
            if (!life.Uses.TryGetValue(key, out var place))
                life.Uses[key] = place = new UsePlace(key, use.Since);
            (place.Since, place.Kept) = (use.Since, null);
            if ((use.Longest.Version & 1) == 0)
                place.LongestTime = use.Longest.Time;
            life.Meet(key.Program);
            life.IsNamed = true;
        }
    }

    private void Update(Subject subject)
    {
        var (state, since) = _imager.LocksOf(subject);
        var isAlive = state == LifeState.Unknown && WaitReader.IsAlive(subject); // nobody may have asked for a reading yet
        List<WaitPlace> places;
        bool isLost, isNamed;
        lock (_lock)
        {
            if (!_lives.TryGetValue(subject, out var life))
                return; // forgotten meanwhile
            life.UnknownSince = state == LifeState.Unknown ? life.UnknownSince ?? Environment.TickCount64 : null;
            isLost = !(isAlive && _isActive) && Environment.TickCount64 - life.UnknownSince > MostTimeUnknown;
            isNamed = life.IsNamed;
            life.DropKept(since);
            places = [.. life.Places.Values];
        }

        UpdateUses(subject, since, state == LifeState.Over || isLost, isLost);
        LiveThreads? threads = null;
        var isOver = state == LifeState.Over || isLost;
        foreach (var place in places)
            if (isOver || isNamed || place.Since < since)
                Update(subject, place, since, isOver, isLost, ref threads);
        lock (_lock)
            if (isLost || (state == LifeState.Over && since == 0 && _lives.GetValueOrDefault(subject) is { Places.Count: 0 })) // frozen for long enough
                _lives.Remove(subject);
    }

    /// <summary>As with those where it has waited.</summary>
    private void UpdateUses(Subject subject, ulong since, bool isOver, bool isLost)
    {
        List<UsePlace> places;
        lock (_lock)
            places = [.. _lives.GetValueOrDefault(subject)?.Uses.Values.Where(place => place.Kept is null) ?? []];
        foreach (var place in places)
        {
            if (!_maps.TryReadLockUse(place.Key, out var use) || (use.Since >= since && !isOver) || (use.Since > since && !isLost))
                continue;
            lock (_lock)
            {
                if (use.Since == since)
                    place.Kept = use;
                else
                    _lives.GetValueOrDefault(subject)?.Uses.Remove(place.Key); // of an earlier activation
            }

            _maps.DeleteLockUse(place.Key);
        }
    }

    private void Update(
        Subject subject, WaitPlace place, ulong since, bool isOver, bool isLost, ref LiveThreads? threads)
    {
        if (!_maps.TryReadLock(place.Key, out var stats))
            return;
        LockOwner? owner = null;
        var longest = stats.Longest;
        var isNew = longest.Time != place.LongestTime && (longest.Version & 1) == 0;
        if (isNew && longest.Owner != 0)
            owner = (threads ??= LiveThreads.Of(subject.Tgid))?.Find(longest.Owner);
        lock (_lock)
        {
            if (isNew)
                (place.LongestTime, place.LongestOwner) = (longest.Time, owner);
            place.Since = stats.Since;
            if (stats.Since >= since && !isOver)
                return;
            if (stats.Since > since && !isLost)
                return; // of an activation that no reading has met yet
            if (!_lives.TryGetValue(subject, out var life))
                return;
            if (stats.Since == since)
                life.Keep(place, LockFigures.Of(place.Key, stats));
            else
                life.Places.Remove(place.Key); // of an earlier activation
        }

        _maps.DeleteLock(place.Key);
    }

    /// <summary>Their waits and acquisitions are still in the totals.</summary>
    private void MakeRoom(IReadOnlyList<LockKey> keys, IReadOnlyList<LockKey> uses)
    {
        var now = BootClock.Now;
        foreach (var key in LeastUsed.Of(keys, Limits.MaxLocks, UseOf, now))
        {
            lock (_lock)
                _lives.GetValueOrDefault(Subject.Of(key.Life))?.Drop(key);
            _maps.DeleteLock(key);
        }

        foreach (var key in LeastUsed.Of(uses, Limits.MaxLockUses, UseByProbesOf, now))
        {
            lock (_lock)
                _lives.GetValueOrDefault(Subject.Of(key.Life))?.DropUse(key);
            _maps.DeleteLockUse(key);
        }
    }

    private (ulong Count, ulong First)? UseOf(LockKey key) =>
        _maps.TryReadLock(key, out var stats) ? (stats.Waits.Count + stats.AtOnce, stats.First) : null;

    /// <summary>One that is held stays: how long is known when it is given back.</summary>
    private (ulong Count, ulong First)? UseByProbesOf(LockKey key) =>
        _maps.TryReadLockUse(key, out var use) && use.Holder == 0 ? (use.Figures.Acquisitions + use.Figures.Failures, use.First) : null;

    private void Bound()
    {
        lock (_lock)
        {
            var kept = _lives.Values.Sum(life => life.KeptCount);
            foreach (var life in _lives.Values.Where(life => life.Places.Count == 0))
            {
                if (kept <= MostKept)
                    return;
                kept -= life.KeptCount;
                life.DropKept(ulong.MaxValue);
            }
        }
    }
}
