namespace ProcImage.Symbols;

/// <summary>
/// A walk along frame pointers leaves out who has called a function that has none, such as libc's read: what it finds
/// first is the caller's caller. Those left out are on the stack, near its pointer. And where such a function uses the
/// register for something else, what the walk has found is nothing.
/// </summary>
internal static class StackRepair
{
    /// <param name="walk">What the walk has found: the instruction pointer first, then return addresses.</param>
    /// <param name="words">The first words from the stack pointer on.</param>
    /// <param name="callers">Of the process.</param>
    /// <param name="isWhole">Whether it goes on to the thread's first function, as far as the walk did.</param>
    /// <returns>The walk, with those left out behind the first address, and without what proves to be none of it.</returns>
    public static ulong[] Repair(
        ReadOnlySpan<ulong> walk, ReadOnlySpan<ulong> words, ICallers callers, out bool isWhole)
    {
        isWhole = walk.Length > 1;
        if (walk.IsEmpty)
            return [];
        var missing = new List<ulong>();
        var instruction = walk[0];
        var hasRegister = true; // the frame pointer is that of a caller
        while (!words.IsEmpty)
        {
            var step = callers.StepAt(instruction);
            var at = FindReturn(step, instruction, words, callers, isTop: missing.Count == 0);
            hasRegister &= step.ToFrame is null;
            if (at >= 0 && walk.Length > 1 && words[at] == walk[1])
                return [walk[0], .. missing, .. walk[1..]];
            if (at < 0)
                break;
            missing.Add(words[at]);
            instruction = words[at] - 1;
            words = words[(at + 1)..];
        }

        if (hasRegister || (walk.Length > 1 && callers.ReturnTo(walk[1], instruction) == ReturnKind.Certain))
            return [walk[0], .. missing, .. walk[1..]];
        isWhole = false;
        return [walk[0], .. missing];
    }

    /// <returns>Which word it is; negative where the walk finds it, or it is not among them.</returns>
    private static int FindReturn(
        in CallerStep step, ulong instruction, ReadOnlySpan<ulong> words, ICallers callers, bool isTop)
    {
        switch (step.Kind)
        {
            case CallerKind.StackPointer:
                var at = step.ToReturn / sizeof(ulong);
                return at < (ulong)words.Length && callers.ReturnTo(words[(int)at], instruction) != ReturnKind.No
                    ? (int)at
                    : -1;
            case CallerKind.Unknown:
                return Guess(instruction, words, callers, isTop ? ReturnKind.Perhaps : ReturnKind.Certain);
            default:
                return -1;
        }
    }

    /// <summary>Earlier calls leave return addresses behind: one that fits better wins.</summary>
    private static int Guess(ulong instruction, ReadOnlySpan<ulong> words, ICallers callers, ReturnKind least)
    {
        var guess = -1;
        for (var at = 0; at < words.Length; at++)
        {
            var kind = callers.ReturnTo(words[at], instruction);
            if (kind == ReturnKind.Certain)
                return at;
            if (guess < 0 && kind >= least)
                guess = at;
        }

        return guess;
    }
}
