using ProcImage.Abi;
using ProcImage.Symbols;

namespace ProcImage.Imaging;

/// <summary>
/// Looks up the names of places where targets block, on a thread of its own and while the process lives: afterwards
/// nothing says what lay at an address. Other people's file systems may take their time, and nothing else waits for them.
/// </summary>
internal sealed class SiteNames : IDisposable
{
    private const string Scheduler = "__schedule";
    private const int IdleTime = 10_000; // ms without a new place, after which the files of a life are let go
    private const long MostPerfMapBytes = 64 << 20; // of all lives

    private static readonly Frame _tooLate = new(0, "[not looked up in time]", null);
    private static readonly Frame _cannot = new(0, "[cannot be looked up]", null);
    private static readonly Frame _kernel = new(0, "[kernel]", null, IsKernel: true);

    private readonly BlockedSites _sites;
    private readonly KernelMaps _maps;
    private readonly KernelSymbols _kernelSymbols;
    private readonly Complaints _complaints;
    private readonly SymbolCache _files = new(SymbolCache.UsualCapacity);
    private readonly FramePool _pool = new();
    private readonly Dictionary<Subject, NamedStacks> _lives = [];
    private readonly RoundThread _thread;
    private volatile bool _isHolding;

    public SiteNames(BlockedSites sites, KernelMaps maps, KernelSymbols kernel, TextWriter errors)
    {
        _sites = sites;
        _maps = maps;
        _kernelSymbols = kernel;
        _complaints = new Complaints(errors);
        _thread = new RoundThread("symbols", Look, () => Timeout.Infinite);
    }

    /// <summary>Raised when the thread cannot go on.</summary>
    public event Action<Exception>? Failed
    {
        add => _thread.Failed += value;
        remove => _thread.Failed -= value;
    }

    /// <summary>Files of lives are open, so it has to look now and then whether they are still needed.</summary>
    public bool IsHolding => _isHolding;

    public void Start() => _thread.Start();

    public void Wake() => _thread.Wake();

    /// <summary>Done when everything was looked up that has no names by now.</summary>
    public Task Next() => _thread.Next();

    public void Dispose() => _thread.Dispose();

    private void Look()
    {
        if (_pool.IsFull && _sites.HasDropped())
            _pool.Keep(_sites.Frames());
        foreach (var (subject, places) in _sites.Unnamed())
        {
            foreach (var place in places)
            {
                if (_thread.IsEnding)
                    return;
                Name(subject, place);
            }

            BoundPerfMaps();
        }

        var idle = _sites.IsActive ? IdleTime : 0;
        foreach (var (subject, life) in _lives)
            if (Environment.TickCount64 - life.UsedAt >= idle)
                _lives.Remove(subject);
        _isHolding = _lives.Count > 0;
    }

    private void Name(Subject subject, BlockedPlace place)
    {
        BlockedStats stats;
        if (place.KeptStacks is { } kept)
            stats = kept.Value;
        else if (!_maps.TryReadBlocked(place.Key, out stats))
            return; // it is kept or forgotten at this moment
        var mappedAt = ulong.MaxValue; // nothing that is mapped
        IReadOnlyList<Frame> user = [];
        if (BlockedPlace.Trim(stats.UserStack) is { Length: > 0 } stack)
            user = place.IsLate ? [_tooLate] : NameUser(subject, place.Key, stack, stats, out mappedAt);
        _sites.Name(
            subject, place, _pool.Share([.. NameKernel(BlockedPlace.Trim(stats.KernelStack)), .. user]), mappedAt);
    }

    private IReadOnlyList<Frame> NameUser(
        Subject subject, in BlockedKey key, ulong[] stack, in BlockedStats stats, out ulong mappedAt)
    {
        if (!_lives.TryGetValue(subject, out var life))
            _lives.Add(subject, life = new NamedStacks(subject, _files));
        try
        {
            var frames = life.Name(stack, stats, key.Program, _sites.LatestExec(subject));
            mappedAt = life.MappedAt;
            return frames;
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            // Whatever is in other people's files, it costs these names and no more.
            _complaints.Say(
                $"{failure.GetType().Name}: {failure.Message}",
                $"names of {subject.Tgid}-{subject.StartId} cannot be looked up: ");
            mappedAt = life.MappedAt;
            return [_cannot];
        }
    }

    /// <summary>Above the scheduler are the hook and the program on it.</summary>
    private IEnumerable<Frame> NameKernel(ulong[] stack)
    {
        if (stack.Length == 0)
            return [];
        if (_kernelSymbols.Count == 0)
        {
            _complaints.Say(_kernelSymbols.Unknown);
            return [_kernel];
        }

        var frames = _kernelSymbols.Resolve(stack);
        var at = 0;
        while (at < frames.Count && frames[at].Name != Scheduler)
            at++;
        return at < frames.Count ? frames.Skip(at) : frames;
    }

    private void BoundPerfMaps()
    {
        var bytes = _lives.Values.Sum(life => life.Bytes);
        foreach (var life in _lives.Values.Where(life => life.Bytes > 0).OrderBy(life => life.UsedAt).ToList())
        {
            if (bytes <= MostPerfMapBytes)
                return;
            bytes -= life.Bytes;
            life.DropPerfMap();
        }
    }
}
