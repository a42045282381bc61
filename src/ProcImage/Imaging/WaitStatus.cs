namespace ProcImage.Imaging;

/// <summary>What wait(2) reports of an end.</summary>
public static class WaitStatus
{
    /// <summary>0 where a signal has ended it.</summary>
    public static int ExitCode(int status) => status >> 8 & 0xff;

    /// <summary>0 where it exited.</summary>
    public static int Signal(int status) => status & 0x7f;

    public static bool HasDumpedCore(int status) => (status & 0x80) != 0;
}
