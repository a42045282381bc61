using ProcImage.Abi;

namespace ProcImage.Imaging;

/// <content>What <see cref="LockNames"/> is to look up, and what it has found.</content>
internal sealed partial class LockWaits
{
    /// <summary>What has no name yet, of lives that are to have names.</summary>
    internal IReadOnlyList<UnnamedLocks> Unnamed()
    {
        lock (_lock)
            return [.. _lives.Where(life => life.Value.IsNamed).Select(life => new UnnamedLocks(
                life.Key,
                life.Value.Waits is [var wait, ..] ? (wait.Tid, wait.StartId) : (life.Key.Id, life.Key.StartId),
                life.Value.Program,
                life.Value.Unnamed(),
                [.. life.Value.Places.Values.Where(place => place.NeedsStack(life.Value.Program)).Select(place => place.Key)],
                [.. life.Value.Uses.Values.Where(place => place.NeedsStack(life.Value.Program)).Select(place => place.Key)],
                [.. life.Value.Deadlocks.Where(known => !known.IsNamed)])).Where(life => !life.IsEmpty)];
    }

    /// <param name="subject">Whose lock it is.</param>
    /// <param name="address">Of the lock.</param>
    /// <param name="program">In which it has it.</param>
    /// <param name="name">Null where none was found.</param>
    internal void Name(Subject subject, ulong address, uint program, string? name)
    {
        lock (_lock)
            _lives.GetValueOrDefault(subject)?.Name(address, program, name);
    }

    internal void Name(Subject subject, in LockKey key, ulong time, IReadOnlyList<string> stack)
    {
        lock (_lock)
            _lives.GetValueOrDefault(subject)?.Places.GetValueOrDefault(key)?.Name(time, stack);
    }

    internal void NameHold(Subject subject, in LockKey key, ulong time, IReadOnlyList<string> stack)
    {
        lock (_lock)
            _lives.GetValueOrDefault(subject)?.Uses.GetValueOrDefault(key)?.Name(time, stack);
    }

    /// <summary>It has names: it is told at once, if it was not told without.</summary>
    internal void Name(Subject subject, KnownDeadlock deadlock, IReadOnlyList<DeadlockedThread> threads)
    {
        lock (_lock)
        {
            deadlock.IsNamed = true;
            deadlock.Now = deadlock.Now with { Threads = threads };
            Tell(subject, deadlock);
        }
    }

    private bool NeedsNames(Subject subject) => Unnamed().Any(life => life.Subject == subject);
}
