using System.Globalization;

namespace ProcImage.Tests.Kernel.Harness;

/// <summary>/proc/PID/schedstat: nanoseconds on a CPU, nanoseconds of waiting for one, how often it got one.</summary>
public readonly record struct SchedStat(long RunTime, long Delay, long Count)
{
    public static SchedStat Parse(string line)
    {
        string[] fields = line.Split(' ');
        return new SchedStat(Number(fields[0]), Number(fields[1]), Number(fields[2]));
    }

    public static SchedStat operator +(SchedStat a, SchedStat b) =>
        new(a.RunTime + b.RunTime, a.Delay + b.Delay, a.Count + b.Count);

    public static SchedStat operator -(SchedStat a, SchedStat b) =>
        new(a.RunTime - b.RunTime, a.Delay - b.Delay, a.Count - b.Count);

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
