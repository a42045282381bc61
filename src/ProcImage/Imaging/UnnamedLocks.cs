using ProcImage.Abi;

namespace ProcImage.Imaging;

/// <summary>What is to be looked up of one life.</summary>
/// <param name="Subject">The life.</param>
/// <param name="Thread">One with its memory: the first one of a process may have ended.</param>
/// <param name="Program">That runs.</param>
/// <param name="Addresses">Of locks.</param>
/// <param name="Stacks">Of the longest waits for these.</param>
/// <param name="HoldStacks">Of the longest holds of these.</param>
/// <param name="Deadlocks">That are to be told.</param>
internal sealed record UnnamedLocks(
    Subject Subject,
    (int Tid, ulong StartId) Thread,
    uint Program,
    IReadOnlyList<ulong> Addresses,
    IReadOnlyList<LockKey> Stacks,
    IReadOnlyList<LockKey> HoldStacks,
    IReadOnlyList<KnownDeadlock> Deadlocks)
{
    public bool IsEmpty => Addresses.Count == 0 && Stacks.Count == 0 && HoldStacks.Count == 0 && Deadlocks.Count == 0;
}
