using ProcImage.Abi;
using ProcImage.Symbols;

namespace ProcImage.Imaging;

/// <summary>Names for the stacks on which one life has blocked. For the thread that reads other people's files.</summary>
internal sealed class NamedStacks(Subject subject, SymbolCache files)
{
    private static readonly Frame _tooLate = new(0, "[not looked up in time]", null);
    private static readonly Frame _noPointers = new(0, "[no frame pointers]", null);
    private static readonly Frame _cut = new(0, "[deeper than was kept]", null);

    /// <summary>Nothing tells waits at this place apart that came from elsewhere: it was so the first time.</summary>
    private const string FirstOnly = " [the first time]";

    private ProcessSymbols? _process;
    private uint _program; // that was mapped when it was read

    /// <summary>Unix time in ns: before what it has mapped was read.</summary>
    public ulong MappedAt { get; private set; }

    /// <summary>When it was needed last: ms of <see cref="Environment.TickCount64"/>.</summary>
    public long UsedAt { get; private set; }

    /// <summary>Of its perf map.</summary>
    public long Bytes => _process?.PerfMapBytes ?? 0;

    /// <summary>It is read again when it is needed.</summary>
    public void DropPerfMap() => _process?.DropPerfMap();

    /// <summary>The innermost first. Of a life that has ended nothing says any more what lay there.</summary>
    /// <param name="stack">In user space.</param>
    /// <param name="stats">What was on top of its memory.</param>
    /// <param name="program">Of the key.</param>
    /// <param name="exec">Unix time in ns: the latest one known.</param>
    public IReadOnlyList<Frame> Name(ulong[] stack, in BlockedStats stats, uint program, ulong exec)
    {
        UsedAt = Environment.TickCount64;
        if (_process is null || exec > MappedAt || program > _program)
        {
            MappedAt = BootClock.ToUnix(BootClock.Now);
            _program = program;
            // A thread that is a target shares the memory of its process.
            _process = ProcessSymbols.Open(subject.Id, subject.StartId, files);
        }

        // Another program lies elsewhere.
        if (_process is null || (stats.CodeStart != 0 && _process.Find(stats.CodeStart) is null))
            return [_tooLate];
        ReadOnlySpan<ulong> words = stats.StackPointer == 0 ? [] : stats.Words;
        var repaired = _process.Repair(stack, words, stats.StackPointer, out var end);
        IReadOnlyList<Frame> frames = _process.Resolve(repaired);
        var told = new PlaceWords(stack, stats);
        frames = [.. frames.Select(frame =>
            stack.Contains(frame.Address) || told.TellApart(frame.Address) ? frame : frame with { Name = frame.Name + FirstOnly })];
        return end switch
        {
            StackEnd.Whole => frames,
            StackEnd.Cut => [.. frames, _cut],
            _ => [.. frames, _noPointers],
        };
    }
}
