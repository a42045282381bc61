namespace ProcImage.Symbols;

/// <summary>How the caller of a function is found from one of its instructions.</summary>
/// <param name="Kind">By what.</param>
/// <param name="ToReturn">Bytes from the stack pointer to the return address, where it is found by that.</param>
/// <param name="ToFrame">
/// Likewise to where the frame pointer of the caller is; null where the register still has it.
/// </param>
internal readonly record struct CallerStep(CallerKind Kind, ulong ToReturn = 0, ulong? ToFrame = null)
{
    /// <summary>A frame pointer that is saved, but nowhere on the stack.</summary>
    public const ulong Elsewhere = ulong.MaxValue;

    public static CallerStep FramePointer { get; } = new(CallerKind.FramePointer);

    public static CallerStep Nobody { get; } = new(CallerKind.Nobody);

    public static CallerStep Unknown { get; } = new(CallerKind.Unknown);
}

internal enum CallerKind
{
    /// <summary>There is no frame, but nothing says how large its stack is.</summary>
    Unknown = 0,

    /// <summary>A walk along frame pointers finds it.</summary>
    FramePointer = 1,

    /// <summary>There is no frame: the return address is so far from the stack pointer.</summary>
    StackPointer = 2,

    /// <summary>Nobody has called it: a thread begins there.</summary>
    Nobody = 3,
}
