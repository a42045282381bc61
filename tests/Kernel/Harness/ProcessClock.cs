using System.Runtime.InteropServices;

namespace ProcImage.Tests.Kernel.Harness;

/// <summary>
/// The CPU time of a whole process in nanoseconds, threads that have ended included, as sum_sched_runtime has them.
/// </summary>
public static unsafe partial class ProcessClock
{
    // CPUCLOCK_SCHED of <linux/posix-timers.h>.
    private const int Sched = 2;

    public static long Read(int pid)
    {
        long* time = stackalloc long[2];
        Assert.True(clock_gettime((~pid << 3) | Sched, time) == 0, $"no CPU clock of process {pid}");
        return (time[0] * 1_000_000_000) + time[1];
    }

    [LibraryImport("libc")]
    private static partial int clock_gettime(int clock, long* time);
}
