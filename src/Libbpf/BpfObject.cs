using System.Text;
using Libbpf.Native;

namespace Libbpf;

/// <summary>
/// A compiled BPF object file with its programs and maps. It owns them: once it is disposed, its programs and maps
/// are of no use any more, and the kernel keeps only what is pinned or attached by a living link.
/// </summary>
/// <remarks>Open, configure, <see cref="Load"/>, pin, attach, in this order. Not for use by several threads.</remarks>
public sealed unsafe partial class BpfObject : IDisposable
{
    private readonly ObjectHandle _handle;
    private readonly List<BpfProgram> _programs = [];
    private readonly List<BpfMap> _maps = [];

    private BpfObject(ObjectHandle handle, string name)
    {
        _handle = handle;
        Name = name;
        for (nint p = LibbpfNative.bpf_object__next_program(handle, 0); p != 0;
             p = LibbpfNative.bpf_object__next_program(handle, p))
            _programs.Add(new BpfProgram(this, p));
        for (nint m = LibbpfNative.bpf_object__next_map(handle, 0); m != 0;
             m = LibbpfNative.bpf_object__next_map(handle, m))
            _maps.Add(new BpfMap(this, m));
    }

    public string Name { get; }

    /// <summary>Whether <see cref="Load"/> was called; after it nothing can be configured, however it ended.</summary>
    public bool IsLoaded { get; private set; }

    /// <summary>In the order of the file; valid as long as this object.</summary>
    public IReadOnlyList<BpfProgram> Programs => _programs;

    /// <summary>With the internal ones of global variables; valid as long as this object.</summary>
    public IReadOnlyList<BpfMap> Maps => _maps;

    internal ObjectHandle Handle => _handle;

    /// <summary>Parses an ELF file. The bytes are copied, nothing reaches the kernel yet.</summary>
    /// <param name="elf">What <c>clang -target bpf -g -O2 -c</c> wrote.</param>
    /// <param name="name">Shown by bpftool, at most 15 characters of it.</param>
    /// <exception cref="BpfException">The bytes are no BPF object, or there is no libbpf 1.x.</exception>
    public static BpfObject Open(ReadOnlySpan<byte> elf, string name)
    {
        Bpf.RequireLibrary();
        fixed (byte* bytes = elf, text = Encoding.UTF8.GetBytes(name + "\0"))
        {
            var options = new bpf_object_open_opts { sz = (nuint)sizeof(bpf_object_open_opts), object_name = text };
            var handle = LibbpfNative.bpf_object__open_mem(bytes, (nuint)elf.Length, &options);
            return new BpfObject(BpfError.CheckHandle(handle, BpfOperation.Open, $"object {name}"), name);
        }
    }

    /// <exception cref="BpfException">ENOENT: no program has this name.</exception>
    public BpfProgram FindProgram(string name)
    {
        nint program = BpfError.CheckPointer(LibbpfNative.bpf_object__find_program_by_name(_handle, name),
            BpfOperation.Find, $"program {name}");
        return _programs.First(p => p.Is(program));
    }

    /// <param name="name">As declared; global variables are in <c>.rodata</c>, <c>.data</c> and <c>.bss</c>.</param>
    /// <exception cref="BpfException">ENOENT: no map has this name.</exception>
    public BpfMap FindMap(string name)
    {
        nint map = BpfError.CheckPointer(LibbpfNative.bpf_object__find_map_by_name(_handle, name),
            BpfOperation.Find, $"map {name}");
        return _maps.First(m => m.Is(map));
    }

    /// <summary>Creates the maps, and loads and verifies the programs whose <c>Autoload</c> is set.</summary>
    /// <exception cref="BpfException">
    /// With <see cref="BpfException.VerifierLog"/> when the verifier refused a program. The object can only be
    /// disposed then.
    /// </exception>
    public void Load()
    {
        using var logs = new VerifierLogs(_programs);
        int result = LibbpfNative.bpf_object__load(_handle);
        IsLoaded = true;
        if (result < 0)
            throw LoadFailure.Explain(this, -result, logs);
    }

    /// <summary>Closes programs and maps. Pins and living links keep theirs in the kernel.</summary>
    public void Dispose() => _handle.Dispose();

    internal void RequireNotLoaded(string subject)
    {
        if (IsLoaded)
            throw new InvalidOperationException($"{subject} can only be configured before Load");
    }
}
