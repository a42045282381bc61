namespace ProcImage.Symbols;

/// <summary>
/// A walk along frame pointers leaves out who has called a function that has none, such as libc's read: what it finds
/// first is the caller's caller. Those left out are on the stack, near its pointer.
/// </summary>
internal static class StackRepair
{
    /// <param name="walk">What the walk has found: the instruction pointer first, then return addresses.</param>
    /// <param name="words">The first words from the stack pointer on.</param>
    /// <param name="callers">Of the process.</param>
    /// <returns>The walk, with those left out behind the first address.</returns>
    public static ulong[] Repair(ReadOnlySpan<ulong> walk, ReadOnlySpan<ulong> words, ICallers callers)
    {
        if (walk.IsEmpty)
            return [];
        var missing = new List<ulong>();
        var instruction = walk[0];
        while (!words.IsEmpty)
        {
            var at = FindReturn(callers.StepAt(instruction), words, callers, isTop: missing.Count == 0);
            if (at < 0 || (walk.Length > 1 && words[at] == walk[1]))
                break;
            missing.Add(words[at]);
            instruction = words[at] - 1;
            words = words[(at + 1)..];
        }

        return [walk[0], .. missing, .. walk[1..]];
    }

    /// <returns>Which word it is; negative where the walk finds it, or it is not among them.</returns>
    private static int FindReturn(
        CallerStep step, ReadOnlySpan<ulong> words, ICallers callers, bool isTop)
    {
        switch (step.Kind)
        {
            case CallerKind.StackPointer:
                var at = step.ToReturn / sizeof(ulong);
                return at < (ulong)words.Length && callers.IsBehindCall(words[(int)at]) ? (int)at : -1;
            case CallerKind.Unknown when isTop: // beyond the first one it would be no more than a guess
                for (var guess = 0; guess < words.Length; guess++)
                {
                    if (callers.IsBehindCall(words[guess]))
                        return guess;
                }

                return -1;
            default:
                return -1;
        }
    }
}
