namespace ProcImage.CommandLine;

public enum ExitStatus
{
    Done = 0,
    Failed = 1,
    Usage = 2,
    Unsupported = 3,
    Held = 4,
    NotPreloaded = 5,
}
