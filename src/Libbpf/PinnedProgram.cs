using System.Text;
using Libbpf.Native;
using Microsoft.Win32.SafeHandles;

namespace Libbpf;

/// <summary>A loaded program, reached through its pin without the object it came from. Owns its descriptor.</summary>
public sealed unsafe class PinnedProgram : IDisposable
{
    private readonly SafeFileHandle _fd;
    private readonly string _subject;

    private PinnedProgram(SafeFileHandle fd, string subject)
    {
        _fd = fd;
        _subject = subject;
    }

    /// <exception cref="BpfException">ENOENT, EACCES, or EINVAL when the pin is no program.</exception>
    public static PinnedProgram Open(string path)
    {
        Bpf.RequireLibrary();
        string subject = $"program {path}";
        var program = new PinnedProgram(Pins.Open(path, subject), subject);
        try
        {
            program.Info();
            return program;
        }
        catch
        {
            program.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Attaches a tracing program (<c>tp_btf</c>, <c>fentry</c>, <c>fexit</c>) where it was loaded for. The caller
    /// owns the link.
    /// </summary>
    /// <remarks>The kernel knows the hook since the load, so the call names none.</remarks>
    /// <exception cref="BpfException">EINVAL when the program is of another kind.</exception>
    public BpfLink Attach()
    {
        using var lease = new HandleLease(_fd);
        int link = BpfError.Check(LibbpfNative.bpf_raw_tracepoint_open(null, Fd), BpfOperation.Attach, _subject);
        return new BpfLink(new SafeFileHandle(link, ownsHandle: true), $"link of {_subject}");
    }

    /// <summary>
    /// Puts probes into one process: traps that others which map the same file do not have. A child that it forks keeps
    /// them in its memory, where they call nothing. The caller owns the link.
    /// </summary>
    /// <param name="file">Where the functions are; /proc/self/fd/N for one that is open.</param>
    /// <param name="probes">Offsets in the file, and what the program gets with each as its cookie.</param>
    /// <param name="pid">The process.</param>
    /// <param name="atReturn">Where the functions return, instead of where they begin.</param>
    /// <exception cref="BpfException">
    /// ESRCH when there is no such process; EOPNOTSUPP or ENOTSUPP when an instruction cannot be probed; EPERM without CAP_PERFMON;
    /// EINVAL when the kernel has no such links.
    /// </exception>
    public BpfLink AttachProbes(string file, IReadOnlyList<(ulong Offset, ulong Cookie)> probes, int pid, bool atReturn)
    {
        using var lease = new HandleLease(_fd);
        ulong[] offsets = [.. probes.Select(probe => probe.Offset)], cookies = [.. probes.Select(probe => probe.Cookie)];
        fixed (byte* path = Encoding.UTF8.GetBytes(file + '\0'))
        fixed (ulong* at = offsets, with = cookies)
        {
            var link = new LinkCreation.ManyProbes
            {
                prog_fd = (uint)Fd,
                attach_type = LinkCreation.UprobeMulti,
                path = path,
                offsets = at,
                cookies = with,
                cnt = (uint)offsets.Length,
                flags = atReturn ? LinkCreation.AtReturn : 0,
                pid = (uint)pid,
            };
            var fd = BpfError.CheckErrno(LinkCreation.Create(link), BpfOperation.Attach, $"{_subject} to process {pid}");
            return new BpfLink(new SafeFileHandle(fd, ownsHandle: true), $"link of {_subject}");
        }
    }

    /// <summary>
    /// The same for one probe, which every kernel has: a perf event. It is the process's while the thread that is named lives.
    /// </summary>
    /// <exception cref="BpfException">As of <see cref="AttachProbes"/>.</exception>
    public BpfLink AttachProbe(string file, (ulong Offset, ulong Cookie) probe, int pid, bool atReturn)
    {
        using var lease = new HandleLease(_fd);
        var subject = $"{_subject} to process {pid}";
        using var opened = new SafeFileHandle(
            BpfError.CheckErrno(PerfEvent.OpenProbe(file, probe.Offset, pid, atReturn), BpfOperation.Attach, subject), ownsHandle: true);
        var fd = BpfError.CheckErrno(
            LinkCreation.CreateForEvent(Fd, (int)opened.DangerousGetHandle(), probe.Cookie), BpfOperation.Attach, subject);
        return new BpfLink(new SafeFileHandle(fd, ownsHandle: true), $"link of {_subject}");
    }

    /// <summary>What the kernel says of it now.</summary>
    /// <exception cref="BpfException">EINVAL when the pin is no program.</exception>
    public ProgramInfo Info()
    {
        using var lease = new HandleLease(_fd);
        return ProgramInfo.Read(Fd, _subject);
    }

    /// <summary>Pins it once more.</summary>
    /// <exception cref="BpfException">EEXIST when there is something; EPERM where there is no bpffs.</exception>
    public void Pin(string path)
    {
        using var lease = new HandleLease(_fd);
        Pins.Pin(Fd, _subject, path);
    }

    /// <summary>Closes the descriptor; the pin keeps the program.</summary>
    public void Dispose() => _fd.Dispose();

    private int Fd => (int)_fd.DangerousGetHandle();
}
