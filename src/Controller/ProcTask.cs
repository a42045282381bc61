using System.Globalization;
using ProcImage.Abi;
using ProcImage.CommandLine;

namespace ProcImage.Controller;

/// <summary>A thread or process as /proc has it at this moment.</summary>
/// <param name="Id">tid or tgid.</param>
/// <param name="Tgid">Its process.</param>
/// <param name="Stat">The rest.</param>
internal sealed record ProcTask(int Id, int Tgid, ProcStat Stat)
{
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
            var stat = ProcStat.Read(id);
            if (stat is { State: 'Z' or 'X', Threads: <= 1 }) // else its leader has exited, and other threads live
                throw Refused($"process {id} has exited and waits to be reaped; name one that lives");
            var tgid = File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{id}/status"))
                .First(line => line.StartsWith("Tgid:", StringComparison.Ordinal));
            return new ProcTask(id, int.Parse(tgid.AsSpan("Tgid:".Length), CultureInfo.InvariantCulture), stat);
        }
        catch (IOException)
        {
            return null; // gone, or going
        }
    }

    private static CommandException Refused(string message) => new(ExitStatus.Failed, message);
}
