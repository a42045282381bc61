using ProcImage.Abi;

namespace ProcImage.Controller;

public enum Verb
{
    Activate,
    Deactivate,
    Finish,
    Status,
}

/// <summary>What a policy names.</summary>
/// <param name="Kind">Whether one thread, one process, the idle task of a CPU, or everything is meant.</param>
/// <param name="Id">The tid, tgid or CPU; 0 when everything is meant.</param>
public readonly record struct Target(TargetKind Kind, int Id)
{
    public static Target All { get; } = new(TargetKind.All, 0);
}

/// <summary>What the controller was asked to do.</summary>
public sealed record ControllerOptions
{
    public required Verb Verb { get; init; }

    public required Target Target { get; init; }

    public required ImageSet Images { get; init; }

    /// <summary>0 or 1; 0 too when key times are not named.</summary>
    public required uint KeytimeLevel { get; init; }

    /// <summary>How many calls to remember, 1 to 50; 0 when system calls are not named.</summary>
    public required uint SyscallSequence { get; init; }

    /// <summary>Null when not given; 0 is for ever.</summary>
    public required uint? TimeSeconds { get; init; }

    public required bool IncludeSelf { get; init; }

    /// <summary>Its locks are imaged exactly, by probes in the target.</summary>
    public required bool ProbesLocks { get; init; }

    /// <summary>Processes that the target starts too.</summary>
    public required bool Follow { get; init; }

    public required bool Json { get; init; }

    public required string Bpffs { get; init; }
}
