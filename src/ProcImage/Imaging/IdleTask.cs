namespace ProcImage.Imaging;

/// <summary>The idle task of a CPU: what the CPU does when it has nothing to do.</summary>
/// <param name="Cpu">Its CPU.</param>
/// <param name="Comm">Such as swapper/1.</param>
/// <param name="Idle">ns of idle time, from /proc/stat.</param>
/// <param name="Iowait">ns of idle time with I/O under way that was begun here, from /proc/stat.</param>
/// <param name="Switches">How often the CPU has left it: its nvcsw + nivcsw.</param>
public sealed record IdleTask(int Cpu, string Comm, ulong Idle, ulong Iowait, ulong Switches);
