using ProcImage.Abi;

namespace ProcImage.Imaging;

/// <summary>Threads of it wait for each other in a circle.</summary>
/// <param name="Time">Unix time in ns at which it was found.</param>
/// <param name="Tid">The first one of the circle.</param>
/// <param name="Threads">Each waits for the next one, the last one for the first.</param>
/// <param name="Ended">Likewise: when it was not there any more, as where a thread was killed, or another one has given the lock back; 0 while it lasts.</param>
public sealed record Deadlocked(ulong Time, int Tid, IReadOnlyList<DeadlockedThread> Threads, ulong Ended) : Milestone(Time, Tid)
{
    /// <summary>Likewise: when the last of its waits began, which has closed the circle; 0 where all of them began before anybody looked.</summary>
    public ulong Made => Threads.Max(thread => thread.Wait.Begin) is var last and not 0 ? BootClock.ToUnix(last) : 0;

    /// <summary>Both are the same waits.</summary>
    public bool IsOf(IReadOnlyList<LockWait> cycle) =>
        cycle.Count == Threads.Count && cycle.Zip(Threads).All(pair => pair.First.IsSame(pair.Second.Wait));

    protected override int Added => Threads.Count * 512;
}

/// <summary>One of the circle.</summary>
/// <param name="Wait">What it waits for, and for whom.</param>
/// <param name="Lock">The name of that; its address where it has none.</param>
/// <param name="Stack">Names of functions, the innermost first; empty where they could not be looked up.</param>
public sealed record DeadlockedThread(LockWait Wait, string Lock, IReadOnlyList<string> Stack);
