using Libbpf;

namespace ProcImage.Tests.Kernel.Harness;

/// <summary>A pinned map or link, held open: so it can be pinned again, at its place or at another.</summary>
public sealed class HeldPin : IDisposable
{
    private readonly BpfMap? _map;
    private readonly BpfLink? _link;

    public HeldPin(string path)
    {
        Path = path;
        if (System.IO.Path.GetFileName(System.IO.Path.GetDirectoryName(path)) is "links" or "iters")
            _link = BpfLink.OpenPinned(path);
        else
            _map = BpfMap.OpenPinned(path);
    }

    public string Path { get; }

    public void PinTo(string path)
    {
        _map?.Pin(path);
        _link?.Pin(path);
    }

    /// <summary>While another object, or none, is pinned in its place.</summary>
    public void WhileReplaced(HeldPin? other, Action body)
    {
        File.Delete(Path);
        other?.PinTo(Path);
        try
        {
            body();
        }
        finally
        {
            File.Delete(Path);
            PinTo(Path);
        }
    }

    public void Dispose()
    {
        _map?.Dispose();
        _link?.Dispose();
    }
}
