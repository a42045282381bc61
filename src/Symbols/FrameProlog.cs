namespace ProcImage.Symbols;

/// <summary>Whether a function of x86-64 has set up a frame, by its code: where nothing else says it.</summary>
internal static class FrameProlog
{
    /// <summary>How far into a function to look: some check their stack first.</summary>
    public const int Longest = 64;

    // push %rbp; mov %rsp,%rbp: the assemblers have two ways to write it.
    private static ReadOnlySpan<byte> Store => [0x55, 0x48, 0x89, 0xe5];

    private static ReadOnlySpan<byte> Load => [0x55, 0x48, 0x8b, 0xec];

    /// <param name="code">From the function's start to where it is.</param>
    public static bool IsIn(ReadOnlySpan<byte> code) => code.IndexOf(Store) >= 0 || code.IndexOf(Load) >= 0;
}
