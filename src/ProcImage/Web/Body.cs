namespace ProcImage.Web;

/// <summary>The body of an answer, for all who asked for it at the same time. Each disposes of it once.</summary>
/// <param name="bytes">Not to be looked at after that.</param>
/// <param name="last">Called when everybody has.</param>
internal sealed class Body(ReadOnlyMemory<byte> bytes, Action? last = null) : IDisposable
{
    private int _readers = 1;

    public ReadOnlyMemory<byte> Bytes { get; } = bytes;

    /// <summary>Before it is handed out.</summary>
    /// <param name="readers">So many will dispose of it.</param>
    public Body For(int readers)
    {
        _readers = readers;
        return this;
    }

    public void Dispose()
    {
        if (Interlocked.Decrement(ref _readers) == 0)
            last?.Invoke();
    }
}
