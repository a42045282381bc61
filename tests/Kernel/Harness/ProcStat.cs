using System.Globalization;

namespace ProcImage.Tests.Kernel.Harness;

/// <summary>What is used of /proc/PID/stat. Times are in ticks.</summary>
public readonly record struct ProcStat(
    char State,
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
        string[] fields = line[(line.LastIndexOf(')') + 2)..].Split(' ');
        return new ProcStat(
            fields[0][0],
            Number(fields[7]),
            Number(fields[9]),
            Number(fields[11]),
            Number(fields[12]),
            Number(fields[19]));
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
