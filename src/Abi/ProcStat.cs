using System.Globalization;

namespace ProcImage.Abi;

/// <summary>What /proc/PID/stat says of a process, or of a thread by its tid.</summary>
/// <param name="Comm">Its name, field 2; it may hold anything, also a closing bracket.</param>
/// <param name="State">Field 3.</param>
/// <param name="Threads">Of its process, field 20.</param>
/// <param name="StartTicks">Field 22: start_boottime in units of <see cref="NanosecondsPerTick"/>.</param>
public sealed record ProcStat(string Comm, char State, int Threads, ulong StartTicks)
{
    /// <summary>USER_HZ is 100 wherever Linux runs today.</summary>
    public const ulong NanosecondsPerTick = 10_000_000;

    /// <exception cref="IOException">There is no such process.</exception>
    /// <exception cref="UnauthorizedAccessException">It is hidden from this user.</exception>
    public static ProcStat Read(int id)
    {
        var stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{id}/stat"));
        var close = stat.LastIndexOf(')');
        var fields = stat[(close + 2)..].Split(' '); // from field 3
        return new ProcStat(
            stat[(stat.IndexOf('(') + 1)..close],
            fields[0][0],
            int.Parse(fields[17], CultureInfo.InvariantCulture),
            ulong.Parse(fields[19], CultureInfo.InvariantCulture));
    }

    /// <summary>Whether it is the life that began at start_boottime, in ns.</summary>
    public bool IsLife(ulong startId) => startId / NanosecondsPerTick == StartTicks;
}
