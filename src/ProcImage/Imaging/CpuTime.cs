namespace ProcImage.Imaging;

/// <summary>User and system time in ns. Their sum is the run time that the scheduler has counted.</summary>
public readonly record struct CpuTime(ulong User, ulong System)
{
    public ulong Total => User + System;

    /// <summary>
    /// Splits the exact run time by the proportion that the tick has sampled, as the kernel's cputime_adjust() does
    /// for /proc and wait4, so that neither part ever steps back.
    /// </summary>
    /// <param name="user">Sampled user time in ns.</param>
    /// <param name="system">Sampled system time in ns.</param>
    /// <param name="runtime">Exact run time in ns.</param>
    /// <param name="shown">What was shown before.</param>
    public static CpuTime Scale(ulong user, ulong system, ulong runtime, CpuTime shown)
    {
        if (shown.Total >= runtime)
            return shown;
        var scaled =
            system == 0 ? 0
            : user == 0 ? runtime
            : Math.Min((ulong)((UInt128)system * runtime / ((UInt128)system + user)), runtime);
        scaled = Math.Max(scaled, shown.System);
        return runtime - scaled < shown.User
            ? new CpuTime(shown.User, runtime - shown.User)
            : new CpuTime(runtime - scaled, scaled);
    }
}
