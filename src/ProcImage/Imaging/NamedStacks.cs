using ProcImage.Abi;
using ProcImage.Symbols;

namespace ProcImage.Imaging;

/// <summary>The stacks on which one life has blocked, with the names that their addresses had while it lived.</summary>
internal sealed class NamedStacks(Subject subject, KernelSymbols kernel, SymbolCache files)
{
    private const string Scheduler = "__schedule";
    private static readonly Frame _tooLate = new(0, "[not looked up in time]", null);
    private static readonly Frame _noPointers = new(0, "[no frame pointers]", null);

    private readonly Dictionary<BlockedKey, IReadOnlyList<Frame>> _stacks = [];
    private readonly List<(BlockedSite Site, IReadOnlyList<Frame> Frames)> _kept = [];
    private ProcessSymbols? _process;
    private uint _program; // the latest that has blocked,
    private ulong _programSeen; // when that was seen first: Unix time in ns,
    private bool _isReplaced; // and whether another one has taken its place

    /// <summary>Those with the most time first. The innermost frame is the first one.</summary>
    public IReadOnlyList<(BlockedSite Site, IReadOnlyList<Frame> Frames)> Read(KernelMaps maps)
    {
        var all = new List<(BlockedSite Site, IReadOnlyList<Frame> Frames)>(_kept);
        foreach (var (key, frames) in _stacks)
            if (Read(key, maps) is { } site)
                all.Add((site, frames));
        all.Sort((a, b) => b.Site.Time.CompareTo(a.Site.Time));
        return all;
    }

    /// <summary>Before it goes from the kernel's map.</summary>
    public void Keep(BlockedKey key, KernelMaps maps)
    {
        if (_stacks.Remove(key, out var frames) && Read(key, maps) is { } site)
            _kept.Add((site, frames));
    }

    /// <summary>Its life is over, and nothing will be looked up any more.</summary>
    public void Close() => _process = null;

    /// <summary>It has become another program: where the one before has blocked cannot be looked up any more.</summary>
    /// <param name="time">Unix time in ns.</param>
    public void Change(ulong time)
    {
        _isReplaced |= time > _programSeen;
        _process?.Refresh();
    }

    public void Name(in BlockedKey key, KernelMaps maps)
    {
        if (_stacks.ContainsKey(key) || !maps.TryReadBlocked(key, out var stats))
            return;
        if (key.Program > _program)
        {
            _program = key.Program;
            _programSeen = BootClock.ToUnix(BootClock.Now);
            _isReplaced = false;
            _process?.Refresh();
        }

        if (key.Program < _program || _isReplaced)
        {
            _stacks.Add(key, [_tooLate]);
            return;
        }

        // A thread that is a target shares the memory of its process.
        _process ??= ProcessSymbols.Open(subject.Id, subject.StartId, files);
        var inKernel = kernel.Resolve(maps.ReadStack(key.KernelStack));
        _stacks.Add(key, [.. SinceScheduler(inKernel), .. NameUser(maps.ReadStack(key.UserStack), stats.Words)]);
    }

    private static BlockedSite? Read(in BlockedKey key, KernelMaps maps) =>
        maps.TryReadBlocked(key, out var stats) && stats.Count > 0
            ? new BlockedSite(key.State, stats.Time, stats.Count, stats.Max)
            : null;

    private IReadOnlyList<Frame> NameUser(ulong[] walk, ReadOnlySpan<ulong> words)
    {
        if (walk.Length == 0)
            return [];
        if (_process is null)
            return [_tooLate];
        var frames = _process.Resolve(_process.Repair(walk, words));
        return walk.Length > 1 ? frames : [.. frames, _noPointers];
    }

    /// <summary>Above it are the hook and the program on it.</summary>
    private static IEnumerable<Frame> SinceScheduler(IReadOnlyList<Frame> frames)
    {
        var at = 0;
        while (at < frames.Count && frames[at].Name != Scheduler)
            at++;
        return at < frames.Count ? frames.Skip(at) : frames;
    }
}
