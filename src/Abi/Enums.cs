namespace ProcImage.Abi;

/// <summary>One view of a life. <see cref="ImageSet"/> is the mask of these.</summary>
public enum Image : uint
{
    Keytime = 0,
    Lock = 1,
    Resource = 2,
    Syscall = 3,
    Schedule = 4,
    Images = 5,
}

/// <summary>Which kind of policy names a task: an index into <see cref="PolicySlots"/>.</summary>
public enum Name : uint
{
    NamedByAll = 0,
    NamedByProcess = 1,
    NamedByThread = 2,
    NamedByAncestor = 3,
    Names = 4,
}

public enum TargetKind : uint
{
    None = 0,
    All = 1,
    Process = 2,
    Thread = 3,

    /// <summary>The idle task of a CPU.</summary>
    Idle = 4,
}

[Flags]
public enum PolicyFlag : uint
{
    None = 0,
    IncludeSelf = 1,

    /// <summary>Processes that the target starts, and those that they start.</summary>
    Follow = 2,
}

/// <summary>Causes of loss: indexes of the losses map.</summary>
public enum Loss : uint
{
    Storage = 0,
    Event = 1,
    Timer = 2,
    Lookup = 3,
    Losses = 4,
}

/// <summary>What a process has died of.</summary>
public enum ExitCause : uint
{
    Exit = 0,
    Signal = 1,
    Oom = 2,
    Causes = 3,
}

/// <summary>Who runs the apply iterator: an index into <see cref="Activity.OwnInode"/>.</summary>
public enum Caller : uint
{
    Loader = 0,
    Controller = 1,
    Callers = 2,
}

public enum RecordType : ushort
{
    Process = 1,
    Thread = 2,
    Target = 3,
    FinalProcess = 4,
    FinalTarget = 5,
    Policies = 6,
    PolicyEnded = 7,
    Death = 8,
    Excepted = 9,
    Idle = 10,
}

[Flags]
public enum RecordFlag : ushort
{
    None = 0,
    InExec = 1,
    Dead = 2,
    Leader = 4,
    Named = 8,
    Oom = 16,
    Incomplete = 32,
}
