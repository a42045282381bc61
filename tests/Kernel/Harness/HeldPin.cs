using Libbpf;

namespace ProcImage.Tests.Kernel.Harness;

/// <summary>A pinned map, link or program, held open: so it can be pinned again, at its place or at another.</summary>
public sealed class HeldPin : IDisposable
{
    private readonly BpfMap? _map;
    private readonly BpfLink? _link;
    private readonly PinnedProgram? _program;

    public HeldPin(string path)
    {
        Path = path;
        string? folder = System.IO.Path.GetFileName(System.IO.Path.GetDirectoryName(path));
        if (folder is "links" or "iters")
            _link = BpfLink.OpenPinned(path);
        else if (folder == "progs")
            _program = PinnedProgram.Open(path);
        else
            _map = BpfMap.OpenPinned(path);
    }

    public string Path { get; }

    public void PinTo(string path)
    {
        _map?.Pin(path);
        _link?.Pin(path);
        _program?.Pin(path);
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
        _program?.Dispose();
    }
}
