using System.Globalization;

namespace ProcImage.Tests.Kernel.Harness;

/// <summary>What is used of /proc/PID/stat. Times are in ticks.</summary>
public readonly record struct ProcStat(
    string Comm,
    char State,
    int Parent,
    long MinorFaults,
    long MajorFaults,
    long UserTicks,
    long SystemTicks,
    long StartTicks)
{
    public const decimal TicksPerSecond = 100;

    public static ProcStat Parse(string line)
    {
        // The name before the last parenthesis may hold anything.
        int end = line.LastIndexOf(')');
        string[] fields = line[(end + 2)..].Split(' ');
        return new ProcStat(
            line[(line.IndexOf('(') + 1)..end],
            fields[0][0],
            (int)Number(fields[1]),
            Number(fields[7]),
            Number(fields[9]),
            Number(fields[11]),
            Number(fields[12]),
            Number(fields[19]));
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
