using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Libbpf.Native;

/// <summary>perf_event_open(2) for a probe in user space.</summary>
internal static unsafe partial class PerfEvent
{
    private const ulong CloseOnExec = 8; // PERF_FLAG_FD_CLOEXEC
    private const int AnyCpu = -1, NoGroup = -1;

    // The kernel gives it a number when it boots.
    private static readonly Lazy<uint> _type = new(() => uint.Parse(
        File.ReadAllText("/sys/bus/event_source/devices/uprobe/type"), CultureInfo.InvariantCulture));

    /// <summary>A descriptor, or -1 with errno.</summary>
    /// <param name="file">Where the function is.</param>
    /// <param name="offset">In the file, in bytes.</param>
    /// <param name="pid">Whose memory gets the trap.</param>
    /// <param name="atReturn">Where the function returns, instead of where it begins.</param>
    internal static int OpenProbe(string file, ulong offset, int pid, bool atReturn)
    {
        fixed (byte* path = Encoding.UTF8.GetBytes(file + '\0'))
        {
            var attributes = new Attributes
            {
                type = _type.Value,
                size = (uint)sizeof(Attributes),
                config = atReturn ? 1ul : 0, // format/retprobe
                uprobe_path = path,
                probe_offset = offset,
            };
            return (int)syscall(Number, (nint)(&attributes), pid, AnyCpu, NoGroup, (nint)CloseOnExec);
        }
    }

    private static nint Number => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 241 : 298; // __NR_perf_event_open

    [LibraryImport(LibcNative.Library, SetLastError = true)]
    private static partial nint syscall(nint number, nint attributes, nint pid, nint cpu, nint group, nint flags);

    /// <summary>struct perf_event_attr, as long as PERF_ATTR_SIZE_VER1.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Attributes
    {
        internal uint type;
        internal uint size;
        internal ulong config;
        internal ulong sample_period;
        internal ulong sample_type;
        internal ulong read_format;
        internal ulong flags;
        internal uint wakeup_events;
        internal uint bp_type;
        internal byte* uprobe_path;
        internal ulong probe_offset;
    }
}
