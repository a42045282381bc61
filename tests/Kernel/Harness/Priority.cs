using System.Runtime.InteropServices;

namespace ProcImage.Tests.Kernel.Harness;

public static partial class Priority
{
    private const int Process = 0;
    private const int Highest = -20;

    /// <summary>Lets hardly anything else have the CPU of a process that wants it.</summary>
    public static void Raise(int pid) =>
        Assert.True(setpriority(Process, pid, Highest) == 0, $"priority of process {pid}");

    [LibraryImport("libc")]
    private static partial int setpriority(int which, int who, int priority);
}
