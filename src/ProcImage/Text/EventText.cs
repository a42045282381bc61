using System.Globalization;
using ProcImage.Abi;
using ProcImage.CommandLine;
using ProcImage.Imaging;

namespace ProcImage.Text;

/// <summary>What happens in lives as lines of text, one an event, in columns.</summary>
public static class EventText
{
    public const string Header = "TIME            PID     EVENT   ARGS";

    /// <param name="subject">Whom it has happened to.</param>
    /// <param name="milestone">Its time is shown as the local one.</param>
    public static string Line(Subject subject, Milestone milestone)
    {
        var (name, arguments) = Describe(milestone);
        var time = DateTime.UnixEpoch.AddMicroseconds(milestone.Time / 1000).ToLocalTime();
        return string.Create(CultureInfo.InvariantCulture, $"{time:HH:mm:ss.ffffff} {subject.Id,-7} {name,-7} ") + OneLine.Of(arguments);
    }

    /// <summary>Stands in the place of events that came faster than they could be written.</summary>
    public static string Gap(long count) =>
        string.Create(CultureInfo.InvariantCulture, $"... {count} {(count == 1 ? "event" : "events")} not shown");

    private static (string Name, string Arguments) Describe(Milestone milestone) => milestone switch
    {
        Started { Kind: EventKind.Clone } thread => ("clone", Invariant($"thread {thread.Child.Id}")),
        Started started => (started.Kind == EventKind.Vfork ? "vfork" : "fork", Invariant($"child {started.Child.Id}")),
        Born born => ("born", Invariant($"of {born.Parent}")),
        Executed executed => ("exec", Program(executed)),
        Renamed renamed => ("rename", $"{renamed.Before} -> {renamed.After}"),
        ThreadEnded ended => ("exit", Invariant($"thread {ended.Tid}, ") + How(ended.Status)),
        ChosenByOom oom => ("oom", Choice(oom)),
        Died died => (
            "death",
            $"{How(died.Status)}{Why(died.Certificate)}{Core(died.Status)}{Where(died)}{Invariant($", lived {died.Lifetime / 1e9:0.000} s")}"),
        Deadlocked deadlock => ("stuck", Circle(deadlock)),
        _ => throw new ArgumentException($"there is no text for {milestone.GetType().Name}", nameof(milestone)),
    };

    private static string Program(Executed executed) =>
        ShellWord.Line([executed.File, .. executed.SplitArguments()])
        + (executed.IsCut ? " ..." : "")
        + (executed.OldTid == executed.Tid ? "" : Invariant($" (by thread {executed.OldTid})"));

    private static string How(int status) => WaitStatus.Signal(status) is var signal and not 0
        ? SignalNames.Of(signal)
        : Invariant($"code {WaitStatus.ExitCode(status)}");

    private static string Core(int status) => WaitStatus.HasDumpedCore(status) ? ", core dumped" : "";

    private static string Why(DeathCertificate? certificate) => certificate switch
    {
        { Sender: { } sender } => Invariant($" from {sender.Tgid} ({sender.Comm}, uid {sender.Uid})"),
        { Origin: Origin.Fault, Address: { } address } => Invariant($" at 0x{address:x}"),
        { Origin: Origin.Timer } => " from a timer",
        { Origin: Origin.Kernel } => " from the kernel",
        _ => "",
    };

    /// <summary>Who has exited was in exit_group(2): that needs no words.</summary>
    private static string Where(Died died) => WaitStatus.Signal(died.Status) == 0 || died.Inside is not { } inside
        ? ""
        : $", in {inside.Id}" + (inside.Time is { } time ? Invariant($" for {time / 1e9:0.000} s") : "");

    private static string Choice(ChosenByOom oom) =>
        Invariant($"chosen by the OOM killer, wanted by {oom.Trigger} ({oom.TriggerComm}), ")
        + Invariant($"cgroup {oom.Cgroup}, resident {oom.ResidentBytes / 1024} KiB");

    private static string Circle(Deadlocked deadlock) => "deadlock: " + string.Join(
        ", ", deadlock.Threads.Select(thread => Invariant($"thread {thread.Wait.Tid} waits for {thread.Wait.Owner?.Tid} on {thread.Lock}")));

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
