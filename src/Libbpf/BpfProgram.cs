using Libbpf.Native;

namespace Libbpf;

/// <summary>A program of a <see cref="BpfObject"/>, which owns it and has to outlive it.</summary>
public sealed unsafe class BpfProgram
{
    private readonly BpfObject _parent;
    private readonly nint _program;

    internal BpfProgram(BpfObject parent, nint program)
    {
        _parent = parent;
        _program = program;
        Name = NativeText.Read(LibbpfNative.bpf_program__name(program));
        Section = NativeText.Read(LibbpfNative.bpf_program__section_name(program));
    }

    /// <summary>The name of the C function, in full.</summary>
    public string Name { get; }

    /// <summary>Such as <c>tp_btf/sched_switch</c>.</summary>
    public string Section { get; }

    /// <summary>Whether <see cref="BpfObject.Load"/> loads it.</summary>
    /// <exception cref="InvalidOperationException">Set after the object has been loaded.</exception>
    public bool Autoload
    {
        get
        {
            using var lease = new HandleLease(_parent.Handle);
            return LibbpfNative.bpf_program__autoload(_program);
        }

        set
        {
            _parent.RequireNotLoaded(Subject);
            using var lease = new HandleLease(_parent.Handle);
            BpfError.Check(LibbpfNative.bpf_program__set_autoload(_program, value), BpfOperation.Configure, Subject);
        }
    }

    /// <summary>Owned by the object.</summary>
    /// <exception cref="BpfException">The program is not loaded.</exception>
    public int Fd
    {
        get
        {
            using var lease = new HandleLease(_parent.Handle);
            int fd = LibbpfNative.bpf_program__fd(_program);
            return fd >= 0
                ? fd
                : throw new BpfException(BpfOperation.Use, Subject, 0, "it is not loaded",
                    "set Autoload before Load, and load the object");
        }
    }

    private string Subject => $"program {Name}";

    /// <summary>Loads it as one that many probes of user space can share (<see cref="PinnedProgram.AttachProbes"/>): 6.6 or later, for all threads of a process 6.12.</summary>
    /// <exception cref="InvalidOperationException">Called after the object has been loaded.</exception>
    public void UseForManyProbes()
    {
        _parent.RequireNotLoaded(Subject);
        using var lease = new HandleLease(_parent.Handle);
        BpfError.Check(
            LibbpfNative.bpf_program__set_expected_attach_type(_program, LinkCreation.UprobeMulti), BpfOperation.Configure, Subject);
    }

    /// <summary>Attaches it where its section says. The caller owns the link; it may outlive the object.</summary>
    /// <exception cref="BpfException">The hook does not exist, or the program is not loaded.</exception>
    public BpfLink Attach()
    {
        _ = Fd;
        using var lease = new HandleLease(_parent.Handle);
        var link = LibbpfNative.bpf_program__attach(_program);
        return new BpfLink(BpfError.CheckHandle(link, BpfOperation.Attach, $"{Subject} ({Section})"),
            $"link of {Name}");
    }

    /// <summary>
    /// Makes an iterator of an <c>iter/...</c> program; it runs only when it is read (<see cref="BpfIterator"/>).
    /// The caller owns the link.
    /// </summary>
    /// <param name="tid">Visit this thread only (6.1 or later); 0 for all.</param>
    /// <param name="pid">Visit the threads of this process only (6.1 or later); 0 for all.</param>
    /// <exception cref="BpfException">The program is no iterator, or is not loaded.</exception>
    public BpfLink AttachIterator(int tid = 0, int pid = 0)
    {
        _ = Fd;
        using var lease = new HandleLease(_parent.Handle);
        var task = new bpf_iter_link_info { tid = (uint)tid, pid = (uint)pid };
        var options = new bpf_iter_attach_opts
        {
            sz = (nuint)sizeof(bpf_iter_attach_opts),
            link_info = &task,
            link_info_len = (uint)sizeof(bpf_iter_link_info),
        };
        var link = LibbpfNative.bpf_program__attach_iter(_program, tid == 0 && pid == 0 ? null : &options);
        return new BpfLink(BpfError.CheckHandle(link, BpfOperation.Attach, $"{Subject} ({Section})"),
            $"iterator {Name}");
    }

    /// <summary>Pins it, so that it stays when the object is disposed (<see cref="PinnedProgram"/>).</summary>
    /// <param name="path">On a bpffs, in a directory that exists; a name without a dot.</param>
    /// <exception cref="BpfException">EEXIST when something is pinned there.</exception>
    public void Pin(string path)
    {
        int fd = Fd;
        using var lease = new HandleLease(_parent.Handle);
        Pins.Pin(fd, Subject, path);
    }

    /// <summary>What the kernel says of it now.</summary>
    /// <exception cref="BpfException">The program is not loaded.</exception>
    public ProgramInfo Info()
    {
        int fd = Fd;
        using var lease = new HandleLease(_parent.Handle);
        return ProgramInfo.Read(fd, Subject);
    }

    internal bool Is(nint program) => program == _program;

    internal void SetLogBuffer(byte* buffer, int size) =>
        BpfError.Check(LibbpfNative.bpf_program__set_log_buf(_program, buffer, (nuint)size),
            BpfOperation.Configure, Subject);
}
