namespace ProcImage.Abi;

[Flags]
public enum ImageSet : uint
{
    None = 0,
    Keytime = 1,
    Lock = 2,
    Resource = 4,
    Syscall = 8,
    Schedule = 16,

    /// <summary>What key times 1 adds to <see cref="Keytime"/>; no image of its own.</summary>
    Ledger = 32,
    All = 63,
}
