namespace ProcImage.CommandLine;

/// <summary>
/// Something that was foreseen. The message is all that the user gets to read: one line that says what to do.
/// </summary>
public sealed class CommandException : Exception
{
    public CommandException(ExitStatus status, string message)
        : base(message) => Status = status;

    public CommandException(ExitStatus status, string message, Exception cause)
        : base(message, cause) => Status = status;

    public ExitStatus Status { get; }
}
