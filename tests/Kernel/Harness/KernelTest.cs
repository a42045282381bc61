namespace ProcImage.Tests.Kernel.Harness;

/// <summary>A test with a loader, and workloads that end with it.</summary>
public abstract class KernelTest : IDisposable
{
    private readonly List<IDisposable> _owned = [];
    private readonly bool _isShared;

    /// <summary>With a loader of its own.</summary>
    protected KernelTest(ITestOutputHelper log, params string[] loaderOptions)
    {
        Log = log;
        Loader = Loader.Start(loaderOptions);
    }

    protected KernelTest(ITestOutputHelper log, SharedLoader shared)
    {
        Log = log;
        Loader = shared.Loader;
        _isShared = true;
    }

    protected ITestOutputHelper Log { get; }

    protected Loader Loader { get; }

    /// <summary>Whatever has happened to the test, its workloads end; a loader that still runs stops clean.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        _owned.ForEach(owned => owned.Dispose());
        if (_isShared)
            Loader.Control("-d");
        else
            End();
    }

    protected Workload Start(string name, params object[] arguments) => Own(Workload.Start(name, arguments));

    protected T Own<T>(T owned)
        where T : IDisposable
    {
        _owned.Add(owned);
        return owned;
    }

    private void End()
    {
        try
        {
            if (!Loader.HasExited)
                Loader.Stop();
        }
        finally
        {
            Log.WriteLine(Loader.Errors);
            Loader.Dispose();
        }
    }
}
