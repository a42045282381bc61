using System.Runtime.InteropServices;
using Libbpf;

namespace ProcImage.Privileges;

/// <summary>
/// The capabilities of the calling thread: in Linux each thread has its own, and only it can change them.
/// </summary>
internal static unsafe partial class Capabilities
{
    private const uint Version3 = 0x20080522; // _LINUX_CAPABILITY_VERSION_3: two words a set
    private const int ReadBounding = 23; // PR_CAPBSET_READ
    private const int DropBounding = 24; // PR_CAPBSET_DROP
    private const int SetNoNewPrivileges = 38; // PR_SET_NO_NEW_PRIVS

    public static Capability Effective => Read((low, high) => (low.Effective, high.Effective));

    public static Capability Permitted => Read((low, high) => (low.Permitted, high.Permitted));

    /// <summary>What is missing of what was asked for; CAP_SYS_ADMIN is as good as CAP_BPF and CAP_PERFMON.</summary>
    public static Capability Missing(Capability wanted)
    {
        var effective = Effective;
        if (effective.HasFlag(Capability.CAP_SYS_ADMIN))
            effective |= Capability.CAP_BPF | Capability.CAP_PERFMON;
        return wanted & ~effective;
    }

    /// <summary>
    /// Leaves this thread no more than these, and the program that it executes next neither, though that is root's:
    /// with no_new_privs execve(2) gives nothing that is not permitted before.
    /// </summary>
    /// <exception cref="BpfException">The kernel refuses.</exception>
    public static void Limit(Capability kept)
    {
        Check(prctl(SetNoNewPrivileges, 1, 0, 0, 0));
        if (Effective.HasFlag(Capability.CAP_SETPCAP))
        {
            // EINVAL: this kernel has no capability of that number.
            for (var number = 0; prctl(ReadBounding, number, 0, 0, 0) is >= 0 and var held; number++)
                if (held == 1 && !kept.HasFlag((Capability)(1UL << number)))
                    Check(prctl(DropBounding, number, 0, 0, 0));
        }

        var header = new Header { Version = Version3 };
        var words = stackalloc Words[2];
        Check(capget(&header, words));
        for (var i = 0; i < 2; i++)
        {
            var bits = (uint)((ulong)kept >> 32 * i);
            words[i].Effective &= bits;
            words[i].Permitted &= bits;
            words[i].Inheritable &= bits; // and with it the ambient set, which is never more than this one
        }

        Check(capset(&header, words));
    }

    private static Capability Read(Func<Words, Words, (uint Low, uint High)> select)
    {
        var header = new Header { Version = Version3 };
        var words = stackalloc Words[2];
        Check(capget(&header, words));
        var (low, high) = select(words[0], words[1]);
        return (Capability)((ulong)high << 32 | low);
    }

    private static void Check(int result) =>
        BpfError.CheckErrno(result, BpfOperation.Configure, "the capabilities of this process");

    // struct __user_cap_header_struct, with pid 0 for the calling thread.
    private struct Header
    {
        public uint Version;
        public int Pid;
    }

    // struct __user_cap_data_struct.
    private struct Words
    {
        public uint Effective;
        public uint Permitted;
        public uint Inheritable;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int capget(Header* header, Words* data);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int capset(Header* header, Words* data);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int prctl(int option, nint arg2, nint arg3, nint arg4, nint arg5);
}
