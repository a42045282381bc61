using System.Runtime.InteropServices;

namespace ProcImage.Abi;

/// <summary>CLOCK_BOOTTIME: what deadlines and start times are counted in; it goes on while the machine sleeps.</summary>
public static partial class BootClock
{
    private const int Boottime = 7;
    private const long NanosecondsPerSecond = 1_000_000_000;

    /// <summary>ns since boot.</summary>
    public static unsafe ulong Now
    {
        get
        {
            var time = stackalloc long[2];
            if (clock_gettime(Boottime, time) < 0)
                throw new InvalidOperationException("clock_gettime(CLOCK_BOOTTIME) failed");
            return (ulong)(time[0] * NanosecondsPerSecond + time[1]);
        }
    }

    /// <summary>ns since 1970 of a point in time that is given in ns since boot.</summary>
    public static ulong ToUnix(ulong boottime)
    {
        var unix = (ulong)(DateTime.UtcNow - DateTime.UnixEpoch).Ticks * 100;
        return unix - Now + boottime;
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static unsafe partial int clock_gettime(int clock, long* time);
}
