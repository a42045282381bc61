namespace ProcImage.Web;

/// <summary>
/// Makes the bodies of answers, one at a time. All who ask for the same while another one is being made share the next:
/// a hundred scrapes at once cost two readings.
/// </summary>
internal sealed class AnswerMaker : IDisposable
{
    private readonly SemaphoreSlim _one = new(1);
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Task<ReadOnlyMemory<byte>?>> _waiting = [];

    /// <param name="key">What is asked for.</param>
    /// <param name="make">Begins after this was called. Null where there is no such thing.</param>
    public Task<ReadOnlyMemory<byte>?> Get(string key, Func<ReadOnlyMemory<byte>?> make)
    {
        lock (_lock)
        {
            if (!_waiting.TryGetValue(key, out var answer))
                _waiting.Add(key, answer = Task.Run(() => Make(key, make)));
            return answer;
        }
    }

    public void Dispose() => _one.Dispose();

    private async Task<ReadOnlyMemory<byte>?> Make(string key, Func<ReadOnlyMemory<byte>?> make)
    {
        await _one.WaitAsync();
        try
        {
            lock (_lock)
                _waiting.Remove(key); // who comes from here on must not get what is old
            return make();
        }
        finally
        {
            _one.Release();
        }
    }
}
