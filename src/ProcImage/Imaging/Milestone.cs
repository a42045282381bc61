using ProcImage.Abi;

namespace ProcImage.Imaging;

/// <summary>Something that has happened in a life.</summary>
/// <param name="Time">Unix time in ns, of the kernel's hook.</param>
/// <param name="Tid">The thread that it has happened to.</param>
public abstract record Milestone(ulong Time, int Tid);

/// <summary>It has started a process, or a thread of its own.</summary>
/// <param name="Time">Unix time in ns.</param>
/// <param name="Tid">The thread that has done it.</param>
/// <param name="Kind">Fork, vfork, or clone for a thread.</param>
/// <param name="Child">The process that begins; a thread is a subject with a tid.</param>
/// <param name="ChildComm">Its name, that of who has started it.</param>
/// <param name="Flags">As clone(2) has them.</param>
public sealed record Started(ulong Time, int Tid, EventKind Kind, Subject Child, string ChildComm, ulong Flags)
    : Milestone(Time, Tid);

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
/// <param name="Arguments">As they were, as far as they were kept.</param>
/// <param name="IsCut">There are more, or the file's path is longer.</param>
public sealed record Executed(ulong Time, int Tid, int OldTid, string File, IReadOnlyList<string> Arguments, bool IsCut)
    : Milestone(Time, Tid);

public sealed record Renamed(ulong Time, int Tid, string Before, string After) : Milestone(Time, Tid);

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
    : Milestone(Time, Tid);

/// <summary>It has died: the last of a life.</summary>
/// <param name="Time">Unix time in ns.</param>
/// <param name="Tid">Of the process.</param>
/// <param name="Status">As wait(2) has it.</param>
/// <param name="Lifetime">ns from its start.</param>
/// <param name="Certificate">As far as it is known at this moment.</param>
public sealed record Died(ulong Time, int Tid, int Status, ulong Lifetime, DeathCertificate? Certificate)
    : Milestone(Time, Tid);
