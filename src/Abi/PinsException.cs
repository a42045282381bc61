namespace ProcImage.Abi;

public enum PinsProblem
{
    /// <summary>Nothing is pinned there.</summary>
    NotPreloaded,

    /// <summary>Another loader is at work there.</summary>
    Held,

    /// <summary>What is there cannot be used: another version, another owner, something missing.</summary>
    Unusable,
}

/// <summary>Why the pins cannot be used; the message is one line that says what to do.</summary>
public sealed class PinsException(PinsProblem problem, string message) : Exception(message)
{
    public PinsProblem Problem { get; } = problem;
}
