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
        var stat = ProcFile.Read(string.Create(CultureInfo.InvariantCulture, $"/proc/{id}/stat"));
        var close = stat.LastIndexOf(')');
        var rest = stat.AsSpan(close + 2);
        var (state, threads) = ('?', 0);
        var number = 3;
        foreach (var field in rest.Split(' '))
        {
            switch (number++)
            {
                case 3:
                    state = rest[field][0];
                    break;
                case 20:
                    threads = int.Parse(rest[field], CultureInfo.InvariantCulture);
                    break;
                case 22:
                    return new ProcStat(
                        stat[(stat.IndexOf('(') + 1)..close], state, threads, ulong.Parse(rest[field], CultureInfo.InvariantCulture));
            }
        }

        throw new InvalidDataException($"/proc/{id}/stat ends at field {number - 1}");
    }

    /// <summary>Whether it is the life that began at start_boottime, in ns.</summary>
    public bool IsLife(ulong startId) => startId / NanosecondsPerTick == StartTicks;
}
