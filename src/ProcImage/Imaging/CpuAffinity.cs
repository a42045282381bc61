using System.Runtime.InteropServices;

namespace ProcImage.Imaging;

/// <summary>Keeps the current thread on one CPU until it is disposed, on the same thread.</summary>
internal sealed partial class CpuAffinity : IDisposable
{
    private const int CurrentThread = 0;
    private const int Bytes = 8192 / 8; // the most CPUs that Linux can be built for
    private readonly byte[] _before;

    private CpuAffinity(byte[] before) => _before = before;

    /// <summary>Null where the thread cannot run there: the CPU is offline, or a cgroup forbids it.</summary>
    public static CpuAffinity? TryStayOn(int cpu)
    {
        if (cpu is < 0 or >= Bytes * 8)
            return null;
        var before = new byte[Bytes];
        var there = new byte[Bytes];
        there[cpu / 8] = (byte)(1 << (cpu % 8));
        return sched_getaffinity(CurrentThread, Bytes, before) == 0 && sched_setaffinity(CurrentThread, Bytes, there) == 0
            ? new CpuAffinity(before)
            : null;
    }

    public void Dispose() => _ = sched_setaffinity(CurrentThread, Bytes, _before);

    [LibraryImport("libc")]
    private static partial int sched_getaffinity(int pid, nuint size, [Out] byte[] mask);

    [LibraryImport("libc")]
    private static partial int sched_setaffinity(int pid, nuint size, byte[] mask);
}
