using System.Text;
using ProcImage.Abi;

namespace ProcImage.Imaging;

/// <summary>Takes the records of events apart.</summary>
internal static class EventReader
{
    private static readonly ulong _pageSize = (ulong)Environment.SystemPageSize;

    /// <param name="bytes">A record of type <see cref="RecordType.Event"/>.</param>
    /// <param name="time">Unix time in ns.</param>
    /// <exception cref="InvalidDataException">There is no such event.</exception>
    public static Milestone Read(ReadOnlySpan<byte> bytes, ulong time)
    {
        var happened = RecordStream.Read<LifeEvent>(bytes);
        switch (happened.Kind)
        {
            case EventKind.Fork or EventKind.Vfork or EventKind.Clone:
                var fork = RecordStream.Read<ForkEvent>(bytes);
                return new Started(
                    time, happened.Tid, happened.Kind, ChildOf(bytes), fork.ChildComm.ToString(), fork.CloneFlags);
            case EventKind.Exec:
                return ReadExec(RecordStream.Read<ExecEvent>(bytes), time);
            case EventKind.Rename:
                var rename = RecordStream.Read<RenameEvent>(bytes);
                return new Renamed(time, happened.Tid, rename.Before.ToString(), rename.After.ToString());
            case EventKind.Exit:
                return new ThreadEnded(time, happened.Tid, RecordStream.Read<ExitEvent>(bytes).ExitCode);
            case EventKind.Oom:
                return ReadOom(RecordStream.Read<OomEvent>(bytes), time);
            default:
                throw new InvalidDataException($"there is no event of kind {(uint)happened.Kind}");
        }
    }

    /// <summary>Who begins by a fork event: a process, or a thread.</summary>
    public static Subject ChildOf(ReadOnlySpan<byte> bytes)
    {
        var fork = RecordStream.Read<ForkEvent>(bytes);
        return new Subject(fork.ChildTgid, fork.Event.Kind == EventKind.Clone ? fork.ChildTid : 0, fork.ChildStartId);
    }

    private static Executed ReadExec(in ExecEvent exec, ulong time)
    {
        ReadOnlySpan<byte> file = exec.File, arguments = exec.Arguments;
        var kept = (int)Math.Min(exec.ArgumentsKept, (uint)arguments.Length);
        var isCut = exec.ArgumentsBytes > (uint)kept || exec.FileBytes > (uint)file.Length;
        return new Executed(time, exec.Event.Tid, exec.OldTid, Text(file), arguments[..kept].ToArray(), isCut);
    }

    private static ChosenByOom ReadOom(in OomEvent oom, ulong time) => new(
        time,
        oom.Event.Tid,
        oom.Memory.Resident * _pageSize,
        oom.Memory.Virtual * _pageSize,
        oom.ScoreAdjustment,
        oom.Trigger,
        oom.TriggerComm.ToString(),
        Path(oom.Cgroup));

    private static string Path(in CgroupNames names)
    {
        var levels = new List<string>();
        for (var level = 0; level < Limits.CgroupLevels; level++)
        {
            var name = Text(names[level]);
            if (name.Length == 0) // the root
                return "/" + string.Join('/', levels);
            levels.Insert(0, name);
        }

        return "…/" + string.Join('/', levels);
    }

    private static string Text(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? bytes : bytes[..end]);
    }
}
