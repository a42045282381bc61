namespace ProcImage.Web;

/// <summary>
/// Makes the bodies of answers, one at a time. All who ask for the same while another one is being made share the next:
/// a hundred scrapes at once cost two readings.
/// </summary>
internal sealed class AnswerMaker : IDisposable
{
    private readonly SemaphoreSlim _one = new(1);
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Asked> _waiting = [];

    /// <param name="key">What is asked for.</param>
    /// <param name="make">Begins after this was called. Null where there is no such thing.</param>
    /// <param name="cancel">It is waited for no longer.</param>
    /// <returns>To be disposed of.</returns>
    public async Task<Body?> Get(string key, Func<Body?> make, CancellationToken cancel)
    {
        var making = Ask(key, make);
        try
        {
            return await making.WaitAsync(cancel);
        }
        catch (OperationCanceledException)
        {
            _ = making.ContinueWith(made => made.Result?.Dispose(), TaskContinuationOptions.OnlyOnRanToCompletion);
            throw;
        }
    }

    public void Dispose() => _one.Dispose();

    private Task<Body?> Ask(string key, Func<Body?> make)
    {
        lock (_lock)
        {
            if (!_waiting.TryGetValue(key, out var asked))
            {
                _waiting.Add(key, asked = new Asked());
                asked.Answer = Task.Run(() => Make(key, asked, make));
            }

            asked.Readers++;
            return asked.Answer;
        }
    }

    private async Task<Body?> Make(string key, Asked asked, Func<Body?> make)
    {
        await _one.WaitAsync();
        try
        {
            lock (_lock)
                _waiting.Remove(key); // who comes from here on must not get what is old
            return make()?.For(asked.Readers);
        }
        finally
        {
            _one.Release();
        }
    }

    private sealed class Asked
    {
        public Task<Body?> Answer { get; set; } = Task.FromResult<Body?>(null);

        public int Readers { get; set; }
    }
}
