using ProcImage.Abi;

namespace ProcImage.Imaging;

/// <content>Who waits at a look, and whether in a circle.</content>
internal sealed partial class LockWaits
{
    private const int LeastBetween = Period / 2; // two looks, of which both have to find a circle
    private const int NamesTake = Period / 2; // a deadlock waits so long for its names

    private Dictionary<(int Tid, ulong StartId), LockWait> _before = [];
    private long _beforeAt;

    /// <summary>What threads wait for now, and whether they have waited so at the look before.</summary>
    private void Wait(IReadOnlyList<LockWait> waits)
    {
        var still = waits.Where(wait => _before.TryGetValue((wait.Tid, wait.StartId), out var before) && wait.IsStill(before)).ToList();
        var cycles = still.GroupBy(wait => wait.Process).SelectMany(process => WaitCycles.Find(process)).ToList();
        var now = BootClock.ToUnix(BootClock.Now);
        lock (_lock)
        {
            var bySubject = waits.SelectMany(wait => SubjectsOf(wait).Select(subject => (subject, wait))).ToLookup(pair => pair.subject, pair => pair.wait);
            foreach (var (subject, life) in _lives)
            {
                life.Wait([.. bySubject[subject]]);
                foreach (var known in life.Deadlocks.Where(known => known.Now.Ended == 0 && IsBroken(known.Now, waits)))
                    known.Now = known.Now with { Ended = now };
            }

            foreach (var subject in bySubject.Select(group => group.Key).Where(subject => !_lives.ContainsKey(subject)))
                Life(subject).Wait([.. bySubject[subject]]);
            foreach (var cycle in cycles)
                Find(cycle, now);
        }

        if (Environment.TickCount64 - _beforeAt < LeastBetween)
            return;
        _beforeAt = Environment.TickCount64;
        _before = waits.DistinctBy(wait => (wait.Tid, wait.StartId)).ToDictionary(wait => (wait.Tid, wait.StartId));
    }

    private static IEnumerable<Subject> SubjectsOf(LockWait wait)
    {
        if (wait.Whose.HasFlag(EventFlag.OfProcess))
            yield return wait.Process;
        if (wait.Whose.HasFlag(EventFlag.OfThread))
            yield return new Subject(wait.Process.Tgid, wait.Tid, wait.StartId);
    }

    /// <summary>One of its threads waits for something else, or has ended, or has woken up while nobody looked.</summary>
    private static bool IsBroken(Deadlocked deadlock, IReadOnlyList<LockWait> waits) => deadlock.Threads.Any(thread =>
        waits.FirstOrDefault(wait => (wait.Tid, wait.StartId) == (thread.Wait.Tid, thread.Wait.StartId)) is { } now
            ? !now.IsSame(thread.Wait)
            : !WaitReader.StandsStill(thread.Wait));

    /// <summary>Under the lock. It is told when it has names, or when these take too long.</summary>
    private void Find(IReadOnlyList<LockWait> cycle, ulong now)
    {
        var subject = SubjectsOf(cycle[0]).First();
        var life = Life(subject);
        if (life.Deadlocks.Any(known => known.Now.Ended == 0 && known.Now.IsOf(cycle)))
            return;
        var threads = cycle.Select(wait => new DeadlockedThread(
            wait, life.NameOf(wait.Address, wait.Program) ?? FormattableString.Invariant($"0x{wait.Address:x}"), []));
        life.IsNamed = true;
        life.Add(new KnownDeadlock(new Deadlocked(now, cycle[0].Tid, [.. threads], 0)));
    }

    /// <summary>Whether there are others, whose names may still come in time.</summary>
    private bool TellThoseThatTakeTooLong()
    {
        var isLeft = false;
        lock (_lock)
            foreach (var (subject, life) in _lives)
                foreach (var known in life.Deadlocks.Where(known => !known.IsTold))
                    if (Environment.TickCount64 - known.FoundAt < NamesTake)
                        isLeft = true;
                    else
                        Tell(subject, known);
        return isLeft;
    }

    /// <summary>Under the lock.</summary>
    private void Tell(Subject subject, KnownDeadlock deadlock)
    {
        if (deadlock.IsTold)
            return;
        deadlock.IsTold = true;
        Told?.Invoke(subject, deadlock.Now);
    }
}
