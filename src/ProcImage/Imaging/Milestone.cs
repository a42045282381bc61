using System.Text;
using ProcImage.Abi;

namespace ProcImage.Imaging;

/// <summary>Something that has happened in a life.</summary>
/// <param name="Time">Unix time in ns, of the kernel's hook.</param>
/// <param name="Tid">The thread that it has happened to.</param>
public abstract record Milestone(ulong Time, int Tid)
{
    /// <summary>Of any: the object, and its places in the biography and in the order of all.</summary>
    private const int Own = 96;

    /// <summary>Of an object without what is in it.</summary>
    private const int Header = 24;

    /// <summary>About what it takes in memory.</summary>
    public int Bytes => Own + Added;

    /// <summary>What its kind adds.</summary>
    protected virtual int Added => 0;

    protected static int Of(string text) => Header + (sizeof(char) * text.Length);

    protected static int Of(byte[] bytes) => Header + bytes.Length;
}

/// <summary>It has started a process, or a thread of its own.</summary>
/// <param name="Time">Unix time in ns.</param>
/// <param name="Tid">The thread that has done it.</param>
/// <param name="Kind">Fork, vfork, or clone for a thread.</param>
/// <param name="Child">The process that begins; a thread is a subject with a tid.</param>
/// <param name="ChildComm">Its name, that of who has started it.</param>
/// <param name="Flags">As clone(2) has them.</param>
public sealed record Started(ulong Time, int Tid, EventKind Kind, Subject Child, string ChildComm, ulong Flags)
    : Milestone(Time, Tid)
{
    protected override int Added => Of(ChildComm);
}

/// <summary>It has begun: the first of a life, where its birth was imaged.</summary>
/// <param name="Time">Unix time in ns.</param>
/// <param name="Tid">Its first thread.</param>
/// <param name="Kind">Fork or vfork.</param>
/// <param name="Parent">tgid of the process that has started it.</param>
public sealed record Born(ulong Time, int Tid, EventKind Kind, int Parent) : Milestone(Time, Tid);

/// <summary>It has become another program.</summary>
/// <param name="Time">Unix time in ns.</param>
/// <param name="Tid">Of the process, which is the thread's from now on.</param>
/// <param name="OldTid">The thread that has called exec(2): another one where it was not the leader.</param>
/// <param name="File">As exec(2) was given it; empty where it could not be read.</param>
/// <param name="ArgumentBytes">Its arguments, as far as they were kept, each with a closing zero but perhaps the last.</param>
/// <param name="IsCut">There are more, or the file's path is longer.</param>
public sealed record Executed(ulong Time, int Tid, int OldTid, string File, byte[] ArgumentBytes, bool IsCut)
    : Milestone(Time, Tid)
{
    /// <summary>Taken apart at each call: as strings hundreds of short ones would take some KB.</summary>
    public IReadOnlyList<string> SplitArguments()
    {
        var split = new List<string>();
        ReadOnlySpan<byte> rest = ArgumentBytes;
        while (!rest.IsEmpty)
        {
            var end = rest.IndexOf((byte)0);
            split.Add(Encoding.UTF8.GetString(end < 0 ? rest : rest[..end]));
            rest = end < 0 ? [] : rest[(end + 1)..];
        }

        return split;
    }

    protected override int Added => Of(File) + Of(ArgumentBytes);
}

public sealed record Renamed(ulong Time, int Tid, string Before, string After) : Milestone(Time, Tid)
{
    protected override int Added => Of(Before) + Of(After);
}

/// <summary>A thread has ended, and its process goes on.</summary>
/// <param name="Time">Unix time in ns.</param>
/// <param name="Tid">The thread.</param>
/// <param name="Status">As wait(2) has it.</param>
public sealed record ThreadEnded(ulong Time, int Tid, int Status) : Milestone(Time, Tid);

/// <summary>The kernel has chosen it to be killed, for want of memory.</summary>
/// <param name="Time">Unix time in ns.</param>
/// <param name="Tid">Of the process.</param>
/// <param name="ResidentBytes">Of its memory at that moment.</param>
/// <param name="VirtualBytes">Likewise.</param>
/// <param name="ScoreAdjustment">/proc/PID/oom_score_adj.</param>
/// <param name="Trigger">tgid of who wanted the memory.</param>
/// <param name="TriggerComm">Its name.</param>
/// <param name="Cgroup">Path of its memory cgroup; '…' at its beginning where there are more levels.</param>
public sealed record ChosenByOom(
    ulong Time, int Tid, ulong ResidentBytes, ulong VirtualBytes, int ScoreAdjustment, int Trigger, string TriggerComm, string Cgroup)
    : Milestone(Time, Tid)
{
    protected override int Added => Of(TriggerComm) + Of(Cgroup);
}

/// <summary>It has died: the last of a life.</summary>
/// <param name="Time">Unix time in ns.</param>
/// <param name="Tid">Of the process.</param>
/// <param name="Status">As wait(2) has it.</param>
/// <param name="Lifetime">ns from its start.</param>
/// <param name="Certificate">As far as it is known at this moment.</param>
/// <param name="Inside">The system call that its first thread was in; null where that is not known.</param>
public sealed record Died(
    ulong Time, int Tid, int Status, ulong Lifetime, DeathCertificate? Certificate, CallInside? Inside = null)
    : Milestone(Time, Tid);
