using Libbpf;
using ProcImage.Abi;

namespace ProcImage.Imaging;

/// <summary>
/// Who waits for whom, on what. A thread of its own looks once a second, while the lock image is active, what has come,
/// what is over, and whether threads wait for each other in a circle; another one, <see cref="LockNames"/>, looks up names.
/// </summary>
internal sealed class LockWaits : IDisposable
{
    private const int Period = 1000; // ms
    private const int LeastBetween = Period / 2; // two looks, of which both have to find a circle
    private const long MostTimeUnknown = 10 * Period;
    private const int MostKept = 65_536; // locks of lives that are over
    private const int NamesTake = Period / 2; // a deadlock waits so long for its names

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(2);

    private readonly Lock _looking = new(); // one look at a time
    private readonly Lock _lock = new(); // of what follows; nobody waits for anything while he has it
    private readonly Dictionary<Subject, LockLife> _lives = [];

    private readonly KernelMaps _maps;
    private readonly Imager _imager;
    private readonly WaitReader _reader;
    private readonly RoundThread _thread;
    private readonly LockNames _names;
    private readonly TextWriter _errors;
    private bool _hasComplained;
    private Dictionary<(int Tid, ulong StartId), LockWait> _before = [];
    private long _beforeAt;
    private volatile bool _isActive;
    private volatile bool _isLeft; // keys in the kernel side's map, or deadlocks to be told

    public LockWaits(KernelMaps maps, Imager imager, TextWriter errors)
    {
        _maps = maps;
        _imager = imager;
        _errors = errors;
        _reader = new WaitReader(maps);
        _thread = new RoundThread("locks", Look, () => _isActive || _isLeft ? Period : Timeout.Infinite);
        _names = new LockNames(this, maps, errors);
    }

    /// <summary>A deadlock was found. Whoever hears it must not wait.</summary>
    public event Action<Subject, Milestone>? Told;

    /// <summary>Raised when one of the threads cannot go on.</summary>
    public event Action<Exception>? Failed
    {
        add
        {
            _thread.Failed += value;
            _names.Failed += value;
        }

        remove
        {
            _thread.Failed -= value;
            _names.Failed -= value;
        }
    }

    public void Start()
    {
        _thread.Start();
        _names.Start();
    }

    /// <summary>To be called after each reading.</summary>
    public void Follow()
    {
        var isActive = _maps.ReadActivity().Active[(int)Image.Lock] > 0;
        if (isActive == _isActive)
            return;
        _isActive = isActive;
        _thread.Wake();
    }

    /// <summary>A life is shown no more.</summary>
    public void Forget(Subject subject)
    {
        lock (_lock)
            _lives.Remove(subject);
    }

    /// <summary>Waits, though not for long, until the locks that a life has waited for by now have names.</summary>
    public async Task AwaitNames(Subject subject, CancellationToken cancel)
    {
        if (!_isActive || _imager.LocksOf(subject).State != LifeState.Imaged)
            return;
        lock (_lock)
            Life(subject).IsNamed = true;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(_patience);
        try
        {
            await _thread.Next().WaitAsync(patience.Token);
            if (NeedsNames(subject))
                await _names.Next().WaitAsync(patience.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            // Then the answer goes without those that are still to come.
        }
    }

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

    public void Dispose()
    {
        _thread.Dispose();
        _names.Dispose();
    }

    /// <summary>What has no name yet, of lives that are to have names.</summary>
    internal IReadOnlyList<UnnamedLocks> Unnamed()
    {
        lock (_lock)
            return [.. _lives.Where(life => life.Value.IsNamed).Select(life => new UnnamedLocks(
                life.Key,
                life.Value.Waits is [var wait, ..] ? (wait.Tid, wait.StartId) : (life.Key.Id, life.Key.StartId),
                life.Value.Program,
                life.Value.Unnamed(),
                [.. life.Value.Places.Values.Where(place => place.NeedsStack(life.Value.Program)).Select(place => place.Key)],
                [.. life.Value.Uses.Values.Where(place => place.NeedsStack(life.Value.Program)).Select(place => place.Key)],
                [.. life.Value.Deadlocks.Where(known => !known.IsNamed)])).Where(life => !life.IsEmpty)];
    }

    /// <param name="subject">Whose lock it is.</param>
    /// <param name="address">Of the lock.</param>
    /// <param name="program">In which it has it.</param>
    /// <param name="name">Null where none was found.</param>
    internal void Name(Subject subject, ulong address, uint program, string? name)
    {
        lock (_lock)
            _lives.GetValueOrDefault(subject)?.Name(address, program, name);
    }

    internal void Name(Subject subject, in LockKey key, ulong time, IReadOnlyList<string> stack)
    {
        lock (_lock)
            _lives.GetValueOrDefault(subject)?.Places.GetValueOrDefault(key)?.Name(time, stack);
    }

    internal void NameHold(Subject subject, in LockKey key, ulong time, IReadOnlyList<string> stack)
    {
        lock (_lock)
            _lives.GetValueOrDefault(subject)?.Uses.GetValueOrDefault(key)?.Name(time, stack);
    }

    /// <summary>It has names: it is told at once, if it was not told without.</summary>
    internal void Name(Subject subject, KnownDeadlock deadlock, IReadOnlyList<DeadlockedThread> threads)
    {
        lock (_lock)
        {
            deadlock.IsNamed = true;
            deadlock.Now = deadlock.Now with { Threads = threads };
            Tell(subject, deadlock);
        }
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

    private bool NeedsNames(Subject subject) => Unnamed().Any(life => life.Subject == subject);

    private void Look()
    {
        try
        {
            LookOnce();
        }
        catch (BpfException failure)
        {
            if (_hasComplained)
                return;
            _hasComplained = true;
            _errors.WriteLine($"proc_image: a look at locks has failed, and is made again each second: {failure.Message}");
        }
    }

    private void LookOnce()
    {
        lock (_looking)
        {
            var keys = _maps.ReadLockKeys();
            foreach (var key in keys)
                Meet(key);
            var uses = _maps.ReadLockUseKeys();
            foreach (var key in uses)
                MeetUse(key);
            Wait(_isActive ? _reader.Read() : []);
            foreach (var subject in Lives())
                Update(subject);
            MakeRoom(keys, uses);
            Bound();
            var isLeft = TellThoseThatTakeTooLong();
            _isLeft = keys.Count > 0 || uses.Count > 0 || isLeft;
        }

        if (Unnamed().Count > 0)
            _names.Wake();
    }

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

    /// <summary>Under the lock.</summary>
    private LockLife Life(Subject subject)
    {
        if (!_lives.TryGetValue(subject, out var life))
            _lives.Add(subject, life = new LockLife());
        return life;
    }

    private List<Subject> Lives()
    {
        lock (_lock)
            return [.. _lives.Keys];
    }
}
