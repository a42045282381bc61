namespace ProcImage.Abi;

/// <summary>A process, or a thread that is a target itself. Key of the shown map.</summary>
public record struct Life
{
    public int Tgid;

    /// <summary>0 where the process is meant.</summary>
    public int Tid;

    /// <summary><c>start_boottime</c> in ns.</summary>
    public ulong StartId;
}
