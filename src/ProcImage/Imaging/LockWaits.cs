using Libbpf;
using ProcImage.Abi;

namespace ProcImage.Imaging;

/// <summary>
/// Who waits for whom, on what. A thread of its own looks once a second, while the lock image is active, what has come,
/// what is over, and whether threads wait for each other in a circle; another one, <see cref="LockNames"/>, looks up names.
/// </summary>
internal sealed partial class LockWaits : IDisposable
{
    private const int Period = 1000; // ms

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

    public void Dispose()
    {
        _thread.Dispose();
        _names.Dispose();
    }

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
