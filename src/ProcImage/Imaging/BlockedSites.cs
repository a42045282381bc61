using ProcImage.Abi;
using ProcImage.Symbols;

namespace ProcImage.Imaging;

/// <summary>
/// Where targets block, with names. The kernel side adds up the times. A thread of its own looks once a second what has
/// come and what is over; another one, <see cref="SiteNames"/>, looks the names up, and may be held up by files.
/// </summary>
internal sealed class BlockedSites : IDisposable
{
    private const int Period = 1000; // ms
    private const long MostTimeUnknown = 10 * Period;
    private const int MostKept = 65_536; // places of lives that are over

    /// <summary>What has begun less than this ago may be of an activation that no reading has met yet: ns.</summary>
    private const ulong SettlingTime = 1_000_000_000;

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(2);
    private static readonly Frame _notYet = new(0, "[not looked up yet]", null);

    private readonly Lock _looking = new(); // one look at a time
    private readonly Lock _lock = new(); // of what follows; nobody waits for anything while he has it
    private readonly Dictionary<Subject, BlockedLife> _lives = [];
    private readonly List<Subject> _over = []; // those of which places are kept, in the order in which they ended
    private bool _hasDropped;

    private readonly KernelMaps _maps;
    private readonly Imager _imager;
    private readonly LatestExecs _execs = new();
    private readonly RoundThread _thread;
    private readonly SiteNames _names;
    private volatile bool _isActive;
    private volatile bool _isLeft; // keys in the kernel side's map

    public BlockedSites(KernelMaps maps, KernelSymbols kernel, Imager imager, TextWriter errors)
    {
        _maps = maps;
        _imager = imager;
        _thread = new RoundThread("blocked", () => Look(isSettled: false), () => _isActive || _isLeft ? Period : Timeout.Infinite);
        _names = new SiteNames(this, maps, kernel, errors);
    }

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

    /// <summary>Whether any target has a ledger.</summary>
    public bool IsActive => _isActive;

    public void Start()
    {
        _thread.Start();
        _names.Start();
    }

    /// <summary>To be called after each reading.</summary>
    /// <param name="isActive">Whether any target has a ledger.</param>
    public void Follow(bool isActive)
    {
        if (isActive == _isActive)
            return;
        _isActive = isActive;
        _thread.Wake();
    }

    /// <summary>To be called when something has happened: an exec makes another program of a process.</summary>
    public void Tell(Subject subject, Milestone milestone)
    {
        if (milestone is Executed)
            _execs.Add(subject.Tgid, milestone.Time);
    }

    /// <summary>To be called after a reading, before policies change: what is over by then is added to no more.</summary>
    public void Settle() => Look(isSettled: true);

    /// <summary>A life is shown no more.</summary>
    public void Forget(Subject subject)
    {
        lock (_lock)
            Drop(subject);
    }

    /// <summary>Waits, though not for long, until the places that a life has by now have names.</summary>
    public async Task AwaitNames(Subject subject, CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(_patience);
        try
        {
            await _thread.Next().WaitAsync(patience.Token);
            if (HasUnnamed(subject))
                await _names.Next().WaitAsync(patience.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            // Then the answer says what has no name yet.
        }
    }

    /// <summary>Of one life, those with the most time first. Waits for nothing.</summary>
    public IReadOnlyList<(BlockedSite Site, IReadOnlyList<Frame> Frames)> Read(Subject subject)
    {
        List<(BlockedPlace Place, IReadOnlyList<Frame>? Frames)> places;
        lock (_lock)
            places = _lives.TryGetValue(subject, out var life) ? [.. life.Places.Select(place => (place, place.Frames))] : [];
        var sites = new List<(BlockedSite Site, IReadOnlyList<Frame> Frames)>(places.Count);
        foreach (var (place, frames) in places)
        {
            // It is kept first, and goes from the map then.
            var site = place.Kept is null && _maps.TryReadBlocked(place.Key, out var stats) ? place.Read(stats) : place.Kept;
            if (site is { Count: > 0 })
                sites.Add((site, frames ?? [_notYet]));
        }

        sites.Sort((a, b) => b.Site.Time.CompareTo(a.Site.Time));
        return sites;
    }

    public void Dispose()
    {
        _thread.Dispose();
        _names.Dispose();
    }

    /// <summary>Places that have no names yet.</summary>
    internal List<(Subject Subject, List<BlockedPlace> Places)> Unnamed()
    {
        lock (_lock)
            return [.. _lives
                .Select(life => (life.Key, life.Value.Places.Where(place => place.Frames is null).ToList()))
                .Where(life => life.Item2.Count > 0)];
    }

    /// <summary>They have been looked up.</summary>
    internal void Name(Subject subject, BlockedPlace place, IReadOnlyList<Frame> frames, ulong mappedAt)
    {
        var now = BootClock.ToUnix(BootClock.Now);
        lock (_lock)
            place.Name(frames, mappedAt, now, LatestExec(subject));
    }

    internal ulong LatestExec(Subject subject) => _execs.Of(subject.Tgid);

    /// <summary>All that are in use.</summary>
    internal List<Frame> Frames()
    {
        lock (_lock)
            return [.. _lives.Values.SelectMany(life => life.Places).SelectMany(place => place.Frames ?? [])];
    }

    /// <summary>Whether any place was dropped since it was asked last.</summary>
    internal bool HasDropped()
    {
        lock (_lock)
        {
            var has = _hasDropped;
            _hasDropped = false;
            return has;
        }
    }

    private bool HasUnnamed(Subject subject)
    {
        lock (_lock)
            return _lives.TryGetValue(subject, out var life) && life.Places.Any(place => place.Frames is null);
    }

    /// <param name="isSettled">Whether what the imager says is as policies are now, and stays so.</param>
    private void Look(bool isSettled)
    {
        lock (_looking)
        {
            Change();
            var keys = _maps.ReadBlockedKeys();
            foreach (var key in keys.OrderBy(key => key.Program))
                Meet(key);
            foreach (var subject in Lives())
                Update(subject, isSettled);
            Bound();
            _isLeft = keys.Count > 0;
        }

        if (_names.IsHolding || Unnamed().Count > 0)
            _names.Wake();
    }

    private void Change()
    {
        var execs = _execs.TakeFresh();
        if (execs.Count == 0)
            return;
        lock (_lock)
        {
            var lives = _lives.ToLookup(life => life.Key.Tgid, life => life.Value);
            foreach (var (tgid, time) in execs)
                foreach (var life in lives[tgid])
                    life.Change(time);
        }
    }

    private void Meet(in BlockedKey key)
    {
        var subject = Subject.Of(key.Life);
        if (Find(subject) is { } known && known.Knows(key) || !_maps.TryReadBlocked(key, out var stats))
            return;
        lock (_lock)
        {
            if (!_lives.TryGetValue(subject, out var life))
                _lives.Add(subject, life = new BlockedLife());
            life.Add(key, BootClock.ToUnix(stats.Since), LatestExec(subject));
        }
    }

    private void Update(Subject subject, bool isSettled)
    {
        var (state, ledgerSince) = (_imager.StateOf(subject), _imager.LedgerSinceOf(subject));
        var since = BootClock.ToUnix(ledgerSince);
        if (Find(subject) is not { } life)
            return; // forgotten meanwhile
        life.UnknownSince = state == LifeState.Unknown ? life.UnknownSince ?? Environment.TickCount64 : null;
        var isLost = Environment.TickCount64 - life.UnknownSince > MostTimeUnknown;
        var isOver = state == LifeState.Over || isLost;
        var latest = BootClock.ToUnix(BootClock.Now) - (isSettled ? 0 : SettlingTime);
        foreach (var place in life.InKernel)
        {
            if (place.Since < since)
                DropOrRenew(life, place, since); // of an earlier activation
            else if (isOver && place.Since <= latest)
                Keep(subject, life, place);
        }

        lock (_lock)
        {
            _hasDropped |= life.DropKept(since) > 0;
            if (isLost || (state == LifeState.Over && ledgerSince == 0)) // its ledger was frozen for long enough
                Drop(subject);
        }
    }

    private void Keep(Subject subject, BlockedLife life, BlockedPlace place)
    {
        if (_maps.TryReadBlocked(place.Key, out var stats))
        {
            lock (_lock)
            {
                life.Keep(place, stats);
                if (_lives.GetValueOrDefault(subject) == life && !_over.Contains(subject)) // else it is forgotten meanwhile
                    _over.Add(subject);
            }
        }

        _maps.DeleteBlocked(place.Key);
    }

    /// <summary>The kernel side begins it anew when somebody blocks there again.</summary>
    private void DropOrRenew(BlockedLife life, BlockedPlace place, ulong ledgerSince)
    {
        lock (_lock)
        {
            life.Drop(place);
            _hasDropped = true;
        }

        if (!_maps.TryReadBlocked(place.Key, out var stats) || BootClock.ToUnix(stats.Since) < ledgerSince)
            _maps.DeleteBlocked(place.Key);
    }

    /// <summary>Under the lock.</summary>
    private void Drop(Subject subject)
    {
        _hasDropped |= _lives.Remove(subject);
        _over.Remove(subject);
    }

    private void Bound()
    {
        lock (_lock)
        {
            var kept = _over.Sum(subject => _lives[subject].KeptCount);
            while (kept > MostKept)
            {
                kept -= _lives[_over[0]].DropKept();
                _over.RemoveAt(0);
                _hasDropped = true;
            }
        }
    }

    private BlockedLife? Find(Subject subject)
    {
        lock (_lock)
            return _lives.GetValueOrDefault(subject);
    }

    private List<Subject> Lives()
    {
        lock (_lock)
            return [.. _lives.Keys];
    }
}
