using ProcImage.Abi;

namespace ProcImage.Imaging;

/// <summary>The words on top of a stack by which the kernel side tells places apart, as <c>hash_of_words()</c> does.</summary>
internal readonly struct PlaceWords(ulong[] stack, BlockedStats stats)
{
    private const ulong NearCode = 1UL << 32;
    private const ulong ThisLibrary = 1UL << 20;
    private const ulong StackReach = 8UL << 20;

    /// <summary>Whether waits that have another return address in its place are at another place.</summary>
    public bool TellApart(ulong word)
    {
        ReadOnlySpan<ulong> words = stats.Words;
        if (stack.Length > Limits.FewFrames)
            words = words[..Limits.PlaceWords];
        return words.Contains(word) && (IsIn(word, ThisLibrary) || IsInProgram(word) || IsNear(word));
    }

    private bool IsIn(ulong word, ulong reach) => word - stack[0] + reach < 2 * reach;

    private bool IsInProgram(ulong word) => word - stats.CodeStart < stats.CodeEnd - stats.CodeStart;

    // Return addresses are seldom aligned, pointers to data mostly are.
    private bool IsNear(ulong word) =>
        IsIn(word, NearCode) && word % sizeof(ulong) != 0
        && word - stats.StackPointer + StackReach >= 2 * StackReach;
}
