namespace ProcImage.Tests.Kernel.Harness;

/// <summary>One loader for all tests of a class: those that leave nothing but policies behind.</summary>
public class SharedLoader : IDisposable
{
    public SharedLoader()
        : this("-a")
    {
    }

    protected SharedLoader(params string[] options) => Loader = Loader.Start(options);

    public Loader Loader { get; }

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        using (Loader)
            Loader.Stop();
    }
}
