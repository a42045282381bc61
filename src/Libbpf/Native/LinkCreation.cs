using System.Runtime.InteropServices;

namespace Libbpf.Native;

/// <summary>BPF_LINK_CREATE of bpf(2), for probes: libbpf has a call for many of them only since 1.3.</summary>
internal static unsafe partial class LinkCreation
{
    internal const int UprobeMulti = 48; // BPF_TRACE_UPROBE_MULTI
    internal const uint AtReturn = 1; // BPF_F_UPROBE_MULTI_RETURN

    private const int PerfEvent = 41; // BPF_PERF_EVENT
    private const int Command = 28; // BPF_LINK_CREATE

    /// <summary>A descriptor, or -1 with errno.</summary>
    internal static int Create(in ManyProbes link)
    {
        fixed (ManyProbes* attr = &link)
            return (int)syscall(Number, Command, (nint)attr, sizeof(ManyProbes));
    }

    /// <summary>The same for a program that a perf event calls. The link holds the event.</summary>
    internal static int CreateForEvent(int program, int perfEvent, ulong cookie)
    {
        var link = new EventAttributes { prog_fd = (uint)program, target_fd = (uint)perfEvent, attach_type = PerfEvent, bpf_cookie = cookie };
        return (int)syscall(Number, Command, (nint)(&link), sizeof(EventAttributes));
    }

    private static nint Number => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 280 : 321; // __NR_bpf

    [LibraryImport(LibcNative.Library, SetLastError = true)]
    private static partial nint syscall(nint number, nint command, nint attr, nint size);

    /// <summary>union bpf_attr, link_create.uprobe_multi: headers have it since 6.6.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct ManyProbes
    {
        internal uint prog_fd;
        internal uint target_fd;
        internal uint attach_type;
        internal uint link_flags;
        internal byte* path;
        internal ulong* offsets;
        internal ulong* ref_ctr_offsets;
        internal ulong* cookies;
        internal uint cnt;
        internal uint flags;
        internal uint pid;
    }

    /// <summary>union bpf_attr, link_create.perf_event: since 5.15.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct EventAttributes
    {
        internal uint prog_fd;
        internal uint target_fd;
        internal uint attach_type;
        internal uint link_flags;
        internal ulong bpf_cookie;
    }
}
