using System.Collections.Concurrent;
using ProcImage.Abi;
using ProcImage.Symbols;

namespace ProcImage.Imaging;

/// <summary>
/// Where targets block, with names. The kernel side adds up the times; the names are looked up here, by a thread of its
/// own and while the process lives: afterwards nothing says what lay at an address. Other people's files may take their
/// time, so nothing else waits for this thread.
/// </summary>
internal sealed class BlockedSites : IDisposable
{
    private static readonly TimeSpan _period = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly KernelMaps _maps;
    private readonly KernelSymbols _kernel;
    private readonly Imager _imager;
    private readonly SymbolCache _files = new(SymbolCache.UsualCapacity);
    private readonly Dictionary<Subject, NamedStacks> _lives = [];
    private readonly ConcurrentQueue<(Subject Subject, ulong Time)> _changed = new();
    private readonly ManualResetEventSlim _work = new(false);
    private readonly CancellationTokenSource _ending = new();
    private readonly Thread _thread;
    private volatile bool _isActive;

    public BlockedSites(KernelMaps maps, KernelSymbols kernel, Imager imager)
    {
        _maps = maps;
        _kernel = kernel;
        _imager = imager;
        _thread = new Thread(Run) { Name = "symbols", IsBackground = true };
    }

    /// <summary>Raised when the thread cannot go on.</summary>
    public event Action<Exception>? Failed;

    public void Start() => _thread.Start();

    /// <summary>To be called after each reading.</summary>
    /// <param name="isActive">Whether any policy has a ledger.</param>
    public void Follow(bool isActive)
    {
        _isActive = isActive;
        if (isActive)
            _work.Set();
    }

    /// <summary>To be called when something has happened: an exec makes another program of a process.</summary>
    public void Tell(Subject subject, Milestone milestone)
    {
        if (milestone is Executed)
            _changed.Enqueue((subject, milestone.Time));
    }

    /// <summary>Of one life, those with the most time first.</summary>
    public IReadOnlyList<(BlockedSite Site, IReadOnlyList<Frame> Frames)> Read(Subject subject)
    {
        lock (_lock)
        {
            Name(_maps.ReadBlockedKeys());
            return _lives.TryGetValue(subject, out var life) ? life.Read(_maps) : [];
        }
    }

    public void Dispose()
    {
        _ending.Cancel();
        if (_thread.IsAlive)
            _thread.Join(_patience);
        _work.Dispose();
        _ending.Dispose();
    }

    private void Run()
    {
        try
        {
            while (!_ending.Token.WaitHandle.WaitOne(_period))
            {
                _work.Wait(_ending.Token);
                Look();
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

    private void Look()
    {
        var keys = _maps.ReadBlockedKeys();
        var lives = keys.Select(key => Subject.Of(key.Life)).Union(Lives()).ToList();
        // Before the lock is taken: the imager has one of its own.
        var over = lives.Where(_imager.IsOver).ToHashSet();
        var forgotten = over.Where(life => !_imager.IsShown(life)).ToList();
        lock (_lock)
        {
            Name(keys);
            foreach (var key in keys.Where(key => over.Contains(Subject.Of(key.Life))))
            {
                _lives[Subject.Of(key.Life)].Keep(key, _maps);
                _maps.DeleteBlocked(key);
            }

            foreach (var life in over)
                if (_lives.TryGetValue(life, out var names))
                    names.Close();
            foreach (var life in forgotten)
                _lives.Remove(life);
            if (_isActive || _maps.ReadBlockedKeys().Count > 0)
                return;
            _maps.DeleteStacks(); // their names are kept
            if (_lives.Count == 0)
                _work.Reset();
        }
    }

    private List<Subject> Lives()
    {
        lock (_lock)
            return [.. _lives.Keys];
    }

    /// <summary>Those that have come since the last time.</summary>
    private void Name(IReadOnlyList<BlockedKey> keys)
    {
        while (_changed.TryDequeue(out var changed))
            if (_lives.TryGetValue(changed.Subject, out var life))
                life.Change(changed.Time);
        foreach (var key in keys.OrderByDescending(key => key.Program))
        {
            var subject = Subject.Of(key.Life);
            if (!_lives.TryGetValue(subject, out var life))
                _lives.Add(subject, life = new NamedStacks(subject, _kernel, _files));
            life.Name(key, _maps);
        }
    }
}
