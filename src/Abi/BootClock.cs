using System.Runtime.InteropServices;

namespace ProcImage.Abi;

/// <summary>CLOCK_BOOTTIME: what deadlines and start times are counted in; it goes on while the machine sleeps.</summary>
public static partial class BootClock
{
    private const int Realtime = 0;
    private const int Boottime = 7;
    private const long NanosecondsPerSecond = 1_000_000_000;
    private const int Pairings = 101;

    /// <summary>ns from since boot to since 1970. One for the process: what happens at one time has one unix time.</summary>
    private static readonly ulong _toUnix = FindOffset();

    /// <summary>ns since boot.</summary>
    public static ulong Now => Read(Boottime);

    /// <summary>ns since 1970 of a point in time that is given in ns since boot.</summary>
    public static ulong ToUnix(ulong boottime) => boottime + _toUnix;

    /// <summary>The clocks are read one after the other: the pair that was least held up is the truest.</summary>
    private static ulong FindOffset()
    {
        var (offset, least) = (0UL, ulong.MaxValue);
        for (var i = 0; i < Pairings; i++)
        {
            var before = Now;
            var unix = Read(Realtime);
            var took = Now - before;
            if (took < least)
                (offset, least) = (unix - (before + took / 2), took);
        }

        return offset;
    }

    private static unsafe ulong Read(int clock)
    {
        var time = stackalloc long[2];
        if (clock_gettime(clock, time) < 0)
            throw new InvalidOperationException($"clock_gettime({clock}) failed");
        return (ulong)(time[0] * NanosecondsPerSecond + time[1]);
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static unsafe partial int clock_gettime(int clock, long* time);
}
