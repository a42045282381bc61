using System.Globalization;

namespace ProcImage.Tests.Kernel.Harness;

/// <summary>The kernel's own word, from /proc.</summary>
public static class Proc
{
    public static IReadOnlyList<int> Processes() => Numbers("/proc");

    public static IReadOnlyList<int> Threads(int pid) => Numbers($"/proc/{pid}/task");

    /// <summary>Of one thread.</summary>
    public static SchedStat ThreadSchedStat(int pid, int tid) =>
        SchedStat.Parse(File.ReadAllText($"/proc/{pid}/task/{tid}/schedstat"));

    /// <summary>Summed over the threads that live.</summary>
    public static SchedStat ProcessSchedStat(int pid) =>
        Threads(pid).Aggregate(default(SchedStat), (sum, tid) => sum + ThreadSchedStat(pid, tid));

    public static ProcStat Stat(int pid) => ProcStat.Parse(File.ReadAllText($"/proc/{pid}/stat"));

    public static ProcStat ThreadStat(int pid, int tid) =>
        ProcStat.Parse(File.ReadAllText($"/proc/{pid}/task/{tid}/stat"));

    /// <summary>How often the scheduler has moved a thread to another CPU.</summary>
    public static long Migrations(int pid, int tid) => Table($"/proc/{pid}/task/{tid}/sched")["se.nr_migrations"];

    public static IReadOnlyDictionary<string, long> Io(int pid) => Table($"/proc/{pid}/io");

    public static IReadOnlyDictionary<string, long> Status(int pid) => Table($"/proc/{pid}/status");

    public static IReadOnlyDictionary<string, long> ThreadStatus(int pid, int tid) =>
        Table($"/proc/{pid}/task/{tid}/status");

    public static IReadOnlyDictionary<string, long> Memory() => Table("/proc/meminfo");

    /// <summary>Resident bytes of /proc/PID/statm.</summary>
    public static long StatmResident(int pid) =>
        long.Parse(File.ReadAllText($"/proc/{pid}/statm").Split(' ')[1], CultureInfo.InvariantCulture)
        * Environment.SystemPageSize;

    /// <summary>The machine's ticks by mode, from the first line of /proc/stat.</summary>
    public static IReadOnlyDictionary<string, long> CpuTicks()
    {
        string[] modes = ["user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal"];
        string[] fields = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return modes.Zip(fields.Skip(1), (mode, ticks) => (mode, ticks))
            .ToDictionary(pair => pair.mode, pair => long.Parse(pair.ticks, CultureInfo.InvariantCulture));
    }

    /// <summary>Ticks that a CPU was idle, without and with I/O under way.</summary>
    public static (long Idle, long Iowait) IdleTicks(int cpu)
    {
        string[] fields = File.ReadLines("/proc/stat").Single(line => line.StartsWith($"cpu{cpu} ", StringComparison.Ordinal))
            .Split(' ');
        return (long.Parse(fields[4], CultureInfo.InvariantCulture), long.Parse(fields[5], CultureInfo.InvariantCulture));
    }

    private static Dictionary<string, long> Table(string path) => ProcTable.Parse(File.ReadLines(path));

    private static List<int> Numbers(string directory)
    {
        var numbers = new List<int>();
        foreach (string path in Directory.EnumerateDirectories(directory))
        {
            if (int.TryParse(Path.GetFileName(path.AsSpan()), CultureInfo.InvariantCulture, out int number))
                numbers.Add(number);
        }

        return numbers;
    }
}
