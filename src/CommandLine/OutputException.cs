namespace ProcImage.CommandLine;

/// <summary>Standard output can no longer be written: its reader is gone or its disk is full.</summary>
public sealed class OutputException : IOException
{
    internal OutputException(string reason)
        : base($"cannot write to standard output: {reason}; free space there, or give it a reader")
    {
    }
}
