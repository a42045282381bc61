namespace ProcImage.Symbols;

/// <summary>
/// A walk along frame pointers leaves out who has called a function that has none, such as libc's read: what it finds
/// first is the caller's caller. And where such a function uses the register for something else, what the walk finds is
/// nothing. Both are near the stack pointer: the return address, and the frame pointer of the caller.
/// </summary>
internal ref struct StackRepair
{
    private readonly ReadOnlySpan<ulong> _walk;
    private readonly ReadOnlySpan<ulong> _words;
    private readonly ulong _stackPointer;
    private readonly ICallers _callers;
    private readonly List<ulong> _found = [];
    private ulong _instruction;
    private int _at; // the stack pointer of the function with that instruction, as an index of the words
    private ulong? _frame; // its frame pointer; null while the register has it, as the walk took it to be
    private bool _isLost; // it is neither

    private StackRepair(ReadOnlySpan<ulong> walk, ReadOnlySpan<ulong> words, ulong stackPointer, ICallers callers)
    {
        _walk = walk;
        _words = words;
        _stackPointer = stackPointer;
        _callers = callers;
        _instruction = walk[0];
    }

    /// <param name="walk">What the walk has found: the instruction pointer first, then return addresses.</param>
    /// <param name="words">The first words from the stack pointer on.</param>
    /// <param name="stackPointer">Where they were; 0 where that is not known.</param>
    /// <param name="callers">Of the process.</param>
    /// <param name="end">How far it is known.</param>
    /// <returns>The walk, with those left out behind the first address, and without what proves to be none of it.</returns>
    public static ulong[] Repair(
        ReadOnlySpan<ulong> walk, ReadOnlySpan<ulong> words, ulong stackPointer, ICallers callers, out StackEnd end)
    {
        end = StackEnd.NoFrame;
        if (walk.IsEmpty)
            return [];
        var repair = new StackRepair(walk, words, stackPointer, callers);
        end = repair.Run(out var isJoined);
        return isJoined ? [walk[0], .. repair._found, .. walk[1..]] : [walk[0], .. repair._found];
    }

    /// <param name="isJoined">Whether what the walk has found comes next.</param>
    private StackEnd Run(out bool isJoined)
    {
        var walked = _walk.Length > 1 ? StackEnd.Whole : StackEnd.NoFrame;
        while (true)
        {
            var step = _callers.StepAt(_instruction);
            if (step.Kind == CallerKind.Nobody)
            {
                isJoined = false;
                return StackEnd.Whole;
            }

            if (step.Kind == CallerKind.FramePointer && (_frame is not null || _isLost))
            {
                if (FollowFrame() is not { } end)
                    continue;
                isJoined = end == StackEnd.NoFrame && IsCertain();
                return isJoined ? walked : end;
            }

            var at = FindReturn(step);
            Note(step);
            if (at < 0)
            {
                isJoined = (_frame is null && !_isLost) || IsCertain();
                return isJoined ? walked : IsCut(step) ? StackEnd.Cut : StackEnd.NoFrame;
            }

            if (_walk.Length > 1 && _words[at] == _walk[1])
            {
                isJoined = true;
                return walked;
            }

            Add(at);
        }
    }

    private readonly bool IsCut(in CallerStep step) =>
        step.Kind == CallerKind.StackPointer && (ulong)_at + step.ToReturn / sizeof(ulong) >= (ulong)_words.Length;

    /// <summary>The call that the walk has found is one of the very function that the words have led to.</summary>
    private readonly bool IsCertain() =>
        _walk.Length > 1 && _callers.ReturnTo(_walk[1], _instruction) == ReturnKind.Certain;

    /// <returns>Null where it goes on.</returns>
    private StackEnd? FollowFrame()
    {
        if (_frame == 0)
            return StackEnd.Whole; // as the first function of a thread has it
        if (_isLost || _stackPointer == 0 || _frame is not { } frame || frame % sizeof(ulong) != 0 || frame < _stackPointer)
            return StackEnd.NoFrame;
        var at = (frame - _stackPointer) / sizeof(ulong);
        if (at < (ulong)_at)
            return StackEnd.NoFrame; // callers are further up
        if (at + 1 >= (ulong)_words.Length)
            return StackEnd.Cut;
        _frame = _words[(int)at];
        if (_words[(int)at + 1] == 0)
            return StackEnd.Whole;
        Add((int)at + 1);
        return null;
    }

    /// <summary>Where the frame pointer of the caller is.</summary>
    private void Note(in CallerStep step)
    {
        if (step.ToFrame is not { } toFrame)
            return;
        var at = (ulong)_at + toFrame / sizeof(ulong);
        _isLost = toFrame == CallerStep.Elsewhere || at >= (ulong)_words.Length;
        _frame = _isLost ? null : _words[(int)at];
    }

    private void Add(int at)
    {
        _found.Add(_words[at]);
        _instruction = _words[at] - 1;
        _at = at + 1;
    }

    /// <returns>Which word it is; negative where the walk finds it, or it is not among them.</returns>
    private readonly int FindReturn(in CallerStep step)
    {
        switch (step.Kind)
        {
            case CallerKind.StackPointer:
                var at = (ulong)_at + step.ToReturn / sizeof(ulong);
                return at < (ulong)_words.Length && _callers.ReturnTo(_words[(int)at], _instruction) != ReturnKind.No
                    ? (int)at
                    : -1;
            case CallerKind.Unknown:
                return Guess(_found.Count == 0 ? ReturnKind.Perhaps : ReturnKind.Certain);
            default:
                return -1;
        }
    }

    /// <summary>Earlier calls leave return addresses behind: one that fits better wins.</summary>
    private readonly int Guess(ReturnKind least)
    {
        var guess = -1;
        for (var at = _at; at < _words.Length; at++)
        {
            var kind = _callers.ReturnTo(_words[at], _instruction);
            if (kind == ReturnKind.Certain)
                return at;
            if (guess < 0 && kind >= least)
                guess = at;
        }

        return guess;
    }
}
