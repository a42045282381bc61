using System.Collections.Concurrent;
using ProcImage.Abi;
using ProcImage.Symbols;

namespace ProcImage.Imaging;

/// <summary>
/// Where targets block, with names. The kernel side adds up the times; the names are looked up here, by a thread of its
/// own and while the process lives: afterwards nothing says what lay at an address.
/// </summary>
internal sealed class BlockedSites : IDisposable
{
    private static readonly TimeSpan _period = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly KernelMaps _maps;
    private readonly KernelSymbols _kernel;
    private readonly SymbolCache _files = new(SymbolCache.UsualCapacity);
    private readonly Dictionary<Subject, NamedStacks> _lives = [];
    private readonly ConcurrentQueue<Subject> _changed = new();
    private readonly ManualResetEventSlim _isActive = new(false);
    private readonly CancellationTokenSource _ending = new();
    private readonly Thread _thread;
    private bool _holdsStacks;

    public BlockedSites(KernelMaps maps, KernelSymbols kernel)
    {
        _maps = maps;
        _kernel = kernel;
        _thread = new Thread(Run) { Name = "symbols", IsBackground = true };
    }

    /// <summary>Raised when the thread cannot go on.</summary>
    public event Action<Exception>? Failed;

    public void Start() => _thread.Start();

    /// <summary>To be called after each reading. It forgets who is not shown.</summary>
    /// <param name="isActive">Whether any policy has a ledger.</param>
    /// <param name="isShown">Whether a life is.</param>
    public void Follow(bool isActive, Func<Subject, bool> isShown)
    {
        if (isActive)
            _isActive.Set();
        else
            _isActive.Reset();
        _holdsStacks |= isActive;
        if (_holdsStacks && !isActive)
            Forget(isShown);
    }

    /// <summary>To be called when something has happened: an exec makes another program of a process.</summary>
    public void Tell(Subject subject, Milestone milestone)
    {
        if (milestone is Executed)
            _changed.Enqueue(subject);
    }

    /// <summary>Of one life, those with the most time first.</summary>
    public IReadOnlyList<(BlockedSite Site, IReadOnlyList<Frame> Frames)> Read(Subject subject)
    {
        lock (_lock)
        {
            NameNew();
            return [.. BlockedSite.Read(_maps, subject).Select(site => (site, NamesOf(subject).Find(site)))];
        }
    }

    public void Dispose()
    {
        _ending.Cancel();
        if (_thread.IsAlive)
            _thread.Join(_patience); // else it waits for somebody's file system
        _isActive.Dispose();
        _ending.Dispose();
    }

    private void Run()
    {
        try
        {
            while (true)
            {
                _isActive.Wait(_ending.Token);
                lock (_lock)
                    NameNew();
                _ending.Token.WaitHandle.WaitOne(_period);
            }
        }
        catch (OperationCanceledException)
        {
            // It is to end.
        }
        catch (Exception failure)
        {
            Failed?.Invoke(failure); // on this thread nobody else would hear of it
        }
    }

    /// <summary>Those that have come since the last time.</summary>
    private void NameNew()
    {
        var keys = _maps.ReadBlockedKeys();
        while (_changed.TryDequeue(out var changed))
            NamesOf(changed).Change(keys.Where(key => Subject.Of(key.Life) == changed));
        foreach (var key in keys)
            NamesOf(Subject.Of(key.Life)).Name(key, _maps);
    }

    private NamedStacks NamesOf(Subject subject)
    {
        if (!_lives.TryGetValue(subject, out var names))
            _lives.Add(subject, names = new NamedStacks(subject, _kernel, _files));
        return names;
    }

    private void Forget(Func<Subject, bool> isShown)
    {
        lock (_lock)
        {
            var left = 0;
            foreach (var key in _maps.ReadBlockedKeys())
            {
                if (isShown(Subject.Of(key.Life)))
                    left++;
                else
                    _maps.DeleteBlocked(key);
            }

            foreach (var subject in _lives.Keys.Where(subject => !isShown(subject)))
                _lives.Remove(subject);
            if (left > 0)
                return;
            _maps.DeleteStacks();
            _holdsStacks = false;
        }
    }
}
