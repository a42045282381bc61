using ProcImage.Abi;

namespace ProcImage.Imaging;

/// <summary>A thread that waits for a lock.</summary>
/// <param name="Process">Whose thread it is.</param>
/// <param name="Tid">The thread.</param>
/// <param name="StartId"><c>start_boottime</c> of the thread in ns.</param>
/// <param name="Comm">Its name.</param>
/// <param name="Address">Of the lock.</param>
/// <param name="Kind">A mutex where its owner is known.</param>
/// <param name="Begin">CLOCK_BOOTTIME in ns; 0: before anybody looked.</param>
/// <param name="Switches">Voluntary ones of the thread: it stands still while they do.</param>
/// <param name="HasTimeout">Whether it ends by itself.</param>
/// <param name="Owner">A live thread of the same process, sampled while this one waits; null where none is known.</param>
/// <param name="Whose">For whom it counts.</param>
/// <param name="Program">Another one after each exec.</param>
/// <param name="Registers">Of its call.</param>
public sealed record LockWait(
    Subject Process,
    int Tid,
    ulong StartId,
    string Comm,
    ulong Address,
    LockKind Kind,
    ulong Begin,
    ulong Switches,
    bool HasTimeout,
    LockOwner? Owner,
    EventFlag Whose,
    uint Program,
    CallRegisters Registers)
{
    /// <summary>Whether both are of one wait that stands still, for the same owner.</summary>
    public bool IsStill(LockWait before) =>
        (Tid, StartId, Address, Begin, Switches, Owner?.Tid) ==
        (before.Tid, before.StartId, before.Address, before.Begin, before.Switches, before.Owner?.Tid);

    /// <summary>
    /// Whether both are of one wait: a signal may have woken it up meanwhile, and of one that began before an activation that is not known.
    /// </summary>
    public bool IsSame(LockWait other) =>
        (Tid, StartId, Address) == (other.Tid, other.StartId, other.Address)
        && (Switches == other.Switches || (Begin == other.Begin && Begin != 0));

    /// <summary>Whether it counts for this process, or for this thread that is a target.</summary>
    public bool IsOf(Subject subject) => subject.IsThread
        ? Whose.HasFlag(EventFlag.OfThread) && (Tid, StartId) == (subject.Tid, subject.StartId)
        : Whose.HasFlag(EventFlag.OfProcess) && Process == subject;

    /// <summary>ns so far; null where its beginning is not known.</summary>
    /// <param name="now">CLOCK_BOOTTIME in ns.</param>
    public ulong? Time(ulong now) => Begin == 0 ? null : now > Begin ? now - Begin : 0;
}

/// <summary>A thread that holds a lock.</summary>
public readonly record struct LockOwner(int Tid, string Comm);

/// <summary>Where a thread has called the kernel.</summary>
/// <param name="Instruction">Behind the call.</param>
/// <param name="StackPointer">Its stack.</param>
/// <param name="FramePointer">Of its function, if that has one.</param>
/// <param name="ReturnAt">On the stack: a probe has put its own address there; 0 where none has.</param>
/// <param name="ReturnAddress">That was there.</param>
public readonly record struct CallRegisters(
    ulong Instruction, ulong StackPointer, ulong FramePointer, ulong ReturnAt, ulong ReturnAddress)
{
    /// <summary>The word at an address of the stack, as its program has put it there.</summary>
    public ulong Original(ulong at, ulong word) => at == ReturnAt && at != 0 ? ReturnAddress : word;
}
