using System.Runtime.InteropServices;

namespace ProcImage.Tests.Kernel.Harness;

public static partial class Signals
{
    public const int HangUp = 1;
    public const int Interrupt = 2;
    public const int Kill = 9;
    public const int Segmentation = 11;
    public const int Term = 15;
    public const int Continue = 18;
    public const int Stop = 19;

    public static void Send(int pid, int signal) =>
        Assert.True(kill(pid, signal) == 0, $"kill {pid}: {Marshal.GetLastPInvokeErrorMessage()}");

    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int pid, int signal);
}
