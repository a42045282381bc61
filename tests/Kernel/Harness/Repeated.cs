namespace ProcImage.Tests.Kernel.Harness;

/// <summary>The work of a workload over and over, beside the test.</summary>
public sealed class Repeated : IDisposable
{
    private readonly Workload _workload;
    private readonly Thread _thread;
    private volatile bool _isOver;
    private Exception? _failure;

    public Repeated(Workload workload)
    {
        _workload = workload;
        _thread = new Thread(Go);
        _thread.Start();
    }

    /// <summary>The workload is at rest then.</summary>
    public void Finish()
    {
        Dispose();
        Assert.Null(_failure);
    }

    public void Dispose()
    {
        _isOver = true;
        _thread.Join();
    }

    private void Go()
    {
        try
        {
            while (!_isOver)
                _workload.Go();
        }
        catch (Exception failure)
        {
            _failure = failure; // on this thread it would end the test host
        }
    }
}
