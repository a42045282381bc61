namespace ProcImage.Symbols;

/// <summary>What the code of a process says of who has called it.</summary>
internal interface ICallers
{
    /// <param name="address">Of an instruction.</param>
    CallerStep StepAt(ulong address);

    /// <summary>Whether a word of the stack may be where a function returns to.</summary>
    /// <param name="word">Anything.</param>
    /// <param name="instruction">Within the function that would return.</param>
    ReturnKind ReturnTo(ulong word, ulong instruction);
}

internal enum ReturnKind
{
    /// <summary>No call is before it, or one of another function.</summary>
    No = 0,

    /// <summary>A call is before it, of which nothing is known.</summary>
    Perhaps = 1,

    /// <summary>A call of this very function is before it.</summary>
    Certain = 2,
}
