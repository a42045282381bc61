using ProcImage.Abi;
using ProcImage.Symbols;

namespace ProcImage.Imaging;

/// <summary>
/// Looks up the names of locks and the functions that wait for them, on a thread of its own and while the process lives.
/// Other people's file systems may take their time, and nothing else waits for them.
/// </summary>
internal sealed class LockNames : IDisposable
{
    private readonly LockWaits _waits;
    private readonly KernelMaps _maps;
    private readonly Complaints _complaints;
    private readonly SymbolCache _functions = new(SymbolCache.UsualCapacity);
    private readonly SymbolCache _variables = new(SymbolCache.UsualCapacity, ofVariables: true);
    private readonly RoundThread _thread;

    public LockNames(LockWaits waits, KernelMaps maps, TextWriter errors)
    {
        _waits = waits;
        _maps = maps;
        _complaints = new Complaints(errors);
        _thread = new RoundThread("lock names", Look, () => Timeout.Infinite);
    }

    /// <summary>Raised when the thread cannot go on.</summary>
    public event Action<Exception>? Failed
    {
        add => _thread.Failed += value;
        remove => _thread.Failed -= value;
    }

    public void Start() => _thread.Start();

    public void Wake() => _thread.Wake();

    /// <summary>Done when everything was looked up that has no names by now.</summary>
    public Task Next() => _thread.Next();

    public void Dispose() => _thread.Dispose();

    private void Look()
    {
        foreach (var life in _waits.Unnamed())
        {
            if (_thread.IsEnding)
                return;
            try
            {
                Name(life);
            }
            catch (Exception failure) when (failure is not OutOfMemoryException)
            {
                // Whatever is in other people's files, it costs these names and no more.
                _complaints.Say(
                    $"{failure.GetType().Name}: {failure.Message}",
                    $"names of locks of {life.Subject.Tgid}-{life.Subject.StartId} cannot be looked up: ");
                Name(life, null, null);
            }
        }
    }

    private void Name(UnnamedLocks life)
    {
        var (id, startId) = life.Thread;
        var variables = DataSymbols.Open(id, startId, _variables);
        var functions = life.Stacks.Count > 0 || life.HoldStacks.Count > 0 || life.Deadlocks.Count > 0 ? ProcessSymbols.Open(id, startId, _functions) : null;
        Name(life, variables, functions);
    }

    /// <summary>Also where there is nothing to be had: then that is known.</summary>
    private void Name(UnnamedLocks life, DataSymbols? variables, ProcessSymbols? functions)
    {
        var (subject, program) = (life.Subject, life.Program);
        foreach (var address in life.Addresses)
            _waits.Name(subject, address, program, variables?.NameOf(address));
        foreach (var key in life.Stacks)
            if (_maps.TryReadLock(key, out var stats))
                _waits.Name(subject, key, stats.Longest.Time, functions is null ? [] : StackOf(functions, stats.Longest));
        foreach (var key in life.HoldStacks)
            if (_maps.TryReadLockUse(key, out var use))
                _waits.NameHold(subject, key, use.Longest.Time, functions is null ? [] : StackOf(functions, use.Longest));
        foreach (var deadlock in life.Deadlocks)
            _waits.Name(subject, deadlock, [.. deadlock.Now.Threads.Select(thread => Name(thread, variables, functions))]);
    }

    private static DeadlockedThread Name(DeadlockedThread thread, DataSymbols? variables, ProcessSymbols? functions)
    {
        var wait = thread.Wait;
        var memory = new ProcessMemory(wait.Tid); // its process may have no first thread any more
        var (instruction, stackPointer, framePointer) = wait.Registers;
        ulong[] WordsAt(ulong address, int most) => wait.Probed.Restore(address, memory.ReadWords(address, most));
        var walk = StackWalk.Walk(
            instruction, framePointer, stackPointer,
            at => WordsAt(at, 2) is [var frame, var caller] ? (frame, caller) : null,
            Limits.LockFrames);
        var words = WordsAt(stackPointer, Limits.LockWords);
        return thread with
        {
            Lock = variables?.NameOf(wait.Address) ?? thread.Lock,
            Stack = functions is null ? [] : Names(functions, walk, words, stackPointer),
        };
    }

    private static IReadOnlyList<string> StackOf(ProcessSymbols functions, in LongestWait longest) => Names(
        functions, BlockedPlace.Trim(longest.UserStack), longest.StackPointer == 0 ? [] : longest.Words, longest.StackPointer);

    private static IReadOnlyList<string> Names(
        ProcessSymbols functions, ReadOnlySpan<ulong> walk, ReadOnlySpan<ulong> words, ulong stackPointer)
    {
        if (walk.IsEmpty)
            return [];
        var repaired = functions.Repair(walk, words, words.IsEmpty ? 0 : stackPointer, out var end);
        IEnumerable<string> names = functions.Resolve(repaired).Select(frame => frame.Name);
        return end switch
        {
            StackEnd.Whole => [.. names],
            StackEnd.Cut => [.. names, "[deeper than was kept]"],
            _ => [.. names, "[no frame pointers]"],
        };
    }
}
