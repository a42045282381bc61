namespace ProcImage.Symbols;

/// <summary>How far a stack is known.</summary>
internal enum StackEnd
{
    /// <summary>To the first function of the thread, or as far as the walk went.</summary>
    Whole,

    /// <summary>To a function that has no frame, or has been called by one that nothing leads to.</summary>
    NoFrame,

    /// <summary>As far as the memory of the stack was kept.</summary>
    Cut,
}
