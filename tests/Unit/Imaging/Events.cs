using System.Text;
using ProcImage.Abi;

namespace ProcImage.Tests.Unit.Imaging;

/// <summary>Records of events as the kernel side writes them, of the process in <see cref="Records"/>.</summary>
internal static class Events
{
    public const ulong Time = Records.StartId + 2_000_000_003;
    public const int Child = 4253;
    public const ulong ChildStartId = Time - 1009;

    public static ForkEvent Fork { get; } = new()
    {
        Event = Of(EventKind.Fork),
        ChildTgid = Child,
        ChildTid = Child,
        ChildStartId = ChildStartId,
        CloneFlags = 0x1200011,
        ChildComm = Records.Name("redis-server"),
    };

    /// <summary>The same, and the child is imaged itself.</summary>
    public static ForkEvent Birth { get; } = Fork with { Event = Of(EventKind.Fork, whose: EventFlag.OfProcess | EventFlag.OfChild) };

    public static ForkEvent Clone { get; } = Fork with { Event = Of(EventKind.Clone), ChildTgid = 4241 };

    public static RenameEvent Rename { get; } = new()
    {
        Event = Of(EventKind.Rename),
        Before = Records.Name("redis-server"),
        After = Records.Name("worker"),
    };

    /// <summary>A thread has ended with 7.</summary>
    public static ExitEvent Exit { get; } = new() { Event = Of(EventKind.Exit, tid: 4243), ExitCode = 7 << 8 };

    public static OomEvent Oom { get; } = OomOf("b", "a");

    /// <param name="kind">What has happened.</param>
    /// <param name="time">CLOCK_BOOTTIME in ns.</param>
    /// <param name="tid">To which thread.</param>
    /// <param name="whose">Whom it is told of.</param>
    public static LifeEvent Of(EventKind kind, ulong time = Time, int tid = 4241, EventFlag whose = EventFlag.OfProcess) => new()
    {
        Header = Records.Head(RecordType.Event),
        Kind = kind,
        Whose = whose,
        Tgid = 4241,
        Tid = tid,
        StartId = Records.StartId,
        ThreadStartId = tid == 4241 ? Records.StartId : Records.StartId + 17,
        Time = time,
    };

    public static RenameEvent RenameAt(ulong time, string after = "worker") =>
        Rename with { Event = Of(EventKind.Rename, time), After = Records.Name(after) };

    /// <summary>As much of it as there is room for.</summary>
    public static ExecEvent Exec(string file, params string[] arguments)
    {
        var exec = new ExecEvent { Event = Of(EventKind.Exec), OldTid = 4241 };
        var path = Encoding.UTF8.GetBytes(file);
        var kept = path.AsSpan(0, Math.Min(path.Length, Limits.FileSize - 1));
        kept.CopyTo(exec.File);
        exec.FileBytes = (uint)path.Length + 1;
        var all = Encoding.UTF8.GetBytes(string.Concat(arguments.Select(argument => argument + '\0')));
        exec.ArgumentsBytes = (uint)all.Length;
        exec.ArgumentsKept = (uint)Math.Min(all.Length, Limits.ArgumentsSize);
        all.AsSpan(0, (int)exec.ArgumentsKept).CopyTo(exec.Arguments);
        return exec;
    }

    /// <param name="cgroup">Names from the innermost outwards.</param>
    public static OomEvent OomOf(params string[] cgroup)
    {
        var oom = new OomEvent
        {
            Event = Of(EventKind.Oom),
            Memory = new() { Resident = 101, Virtual = 211 },
            ScoreAdjustment = -17,
            Trigger = 4251,
            TriggerComm = Records.Name("stress"),
        };
        for (var level = 0; level < cgroup.Length && level < Limits.CgroupLevels; level++)
            Encoding.UTF8.GetBytes(cgroup[level]).CopyTo(oom.Cgroup[level]);
        return oom;
    }
}
