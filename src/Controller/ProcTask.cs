using System.Globalization;
using ProcImage.Abi;
using ProcImage.CommandLine;

namespace ProcImage.Controller;

/// <summary>A thread or process as /proc has it at this moment.</summary>
/// <param name="Id">tid or tgid.</param>
/// <param name="Tgid">Its process.</param>
/// <param name="Comm">Its name.</param>
/// <param name="Threads">How many threads its process has.</param>
/// <param name="StartTicks">Field 22 of stat: start_boottime in units of 10 ms.</param>
internal sealed record ProcTask(int Id, int Tgid, string Comm, int Threads, ulong StartTicks)
{
    public const ulong NanosecondsPerTick = 10_000_000;

    /// <exception cref="CommandException">It does not exist, or is what the target kind does not fit.</exception>
    public static ProcTask Find(Target target)
    {
        var kind = target.Kind == TargetKind.Thread ? "thread" : "process";
        var task = Read(target.Id)
            ?? throw Refused($"there is no {kind} {target.Id}; 'ps -eL' lists them");
        return target.Kind == TargetKind.Process && task.Tgid != task.Id
            ? throw Refused($"{target.Id} is a thread of process {task.Tgid}; use -P {task.Tgid}, or -p {target.Id}")
            : task;
    }

    private static ProcTask? Read(int id)
    {
        try
        {
            var directory = string.Create(CultureInfo.InvariantCulture, $"/proc/{id}");
            var stat = File.ReadAllText(directory + "/stat");
            var open = stat.IndexOf('(');
            var close = stat.LastIndexOf(')');
            var fields = stat[(close + 2)..].Split(' ');
            var threads = int.Parse(fields[17], CultureInfo.InvariantCulture);
            if (fields[0] is "Z" or "X" && threads <= 1) // else its leader has exited, and other threads live
                throw Refused($"process {id} has exited and waits to be reaped; name one that lives");
            var tgid = File.ReadLines(directory + "/status").First(line => line.StartsWith("Tgid:", StringComparison.Ordinal));
            return new ProcTask(
                id,
                int.Parse(tgid.AsSpan("Tgid:".Length), CultureInfo.InvariantCulture),
                stat[(open + 1)..close],
                threads,
                ulong.Parse(fields[19], CultureInfo.InvariantCulture));
        }
        catch (IOException)
        {
            return null; // gone, or going
        }
    }

    private static CommandException Refused(string message) => new(ExitStatus.Failed, message);
}
