using ProcImage.Abi;
using ProcImage.Symbols;

namespace ProcImage.Imaging;

/// <summary>The stacks on which one life has blocked, with the names that their addresses had while it lived.</summary>
internal sealed class NamedStacks(Subject subject, KernelSymbols kernel, SymbolCache files)
{
    private const string Scheduler = "__schedule";
    private static readonly Frame _tooLate = new(0, "[not looked up in time]", null);
    private readonly Dictionary<(int Kernel, int User), IReadOnlyList<Frame>> _stacks = [];
    private ProcessSymbols? _process;

    /// <summary>The innermost frame first.</summary>
    public IReadOnlyList<Frame> Find(BlockedSite site) => _stacks.GetValueOrDefault((site.KernelStack, site.UserStack), [_tooLate]);

    /// <summary>It has become another program: what has not been looked up cannot be any more.</summary>
    public void Change(IEnumerable<BlockedKey> keys)
    {
        foreach (var key in keys)
            _stacks.TryAdd((key.KernelStack, key.UserStack), [_tooLate]);
        _process?.Refresh();
    }

    public void Name(in BlockedKey key, KernelMaps maps)
    {
        var id = (key.KernelStack, key.UserStack);
        if (_stacks.ContainsKey(id) || !maps.TryReadBlocked(key, out var stats))
            return;
        // A thread that is a target shares the memory of its process.
        _process ??= ProcessSymbols.Open(subject.Id, subject.StartId, files);
        var inKernel = kernel.Resolve(maps.ReadStack(key.KernelStack));
        _stacks.Add(id, [.. SinceScheduler(inKernel), .. NameUser(maps.ReadStack(key.UserStack), stats.Words)]);
    }

    private IReadOnlyList<Frame> NameUser(ulong[] stack, ReadOnlySpan<ulong> words)
    {
        if (stack.Length == 0)
            return [];
        return _process is null ? [_tooLate] : _process.Resolve(_process.Repair(stack, words));
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
