namespace ProcImage.Imaging;

/// <summary>A thread that does the same round after round: whenever it is woken up, and after each pause.</summary>
/// <param name="name">Of the thread.</param>
/// <param name="round">What it does.</param>
/// <param name="pause">Until the next round of its own accord, in ms; asked after each one.</param>
internal sealed class RoundThread(string name, Action round, Func<int> pause) : IDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new(); // held for a moment only
    private readonly AutoResetEvent _wake = new(false);
    private readonly ManualResetEvent _isEnding = new(false);
    private Thread? _thread;
    private bool _isDisposed;
    private TaskCompletionSource _next = NewRound();

    /// <summary>Raised when it cannot go on.</summary>
    public event Action<Exception>? Failed;

    public bool IsEnding => _isEnding.WaitOne(0);

    public void Start()
    {
        _thread = new Thread(Run) { Name = name, IsBackground = true };
        _thread.Start();
    }

    public void Wake()
    {
        lock (_lock)
            if (!_isDisposed)
                _wake.Set();
    }

    /// <summary>Done when a round is, which begins after this was called.</summary>
    public Task Next()
    {
        var next = Volatile.Read(ref _next).Task;
        Wake();
        return next;
    }

    public void Dispose()
    {
        _isEnding.Set();
        if (_thread is { IsAlive: true } && !_thread.Join(_patience))
            return; // a file system that does not answer holds it: it ends with the process
        lock (_lock)
        {
            _isDisposed = true;
            _wake.Dispose();
        }

        _isEnding.Dispose();
    }

    private static TaskCompletionSource NewRound() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Run()
    {
        try
        {
            while (WaitHandle.WaitAny([_isEnding, _wake], pause()) != 0)
            {
                var current = Interlocked.Exchange(ref _next, NewRound());
                round();
                current.SetResult();
            }
        }
        catch (Exception failure)
        {
            Failed?.Invoke(failure); // on this thread nobody else would hear of it
        }
    }
}
