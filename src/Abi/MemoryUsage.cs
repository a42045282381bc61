namespace ProcImage.Abi;

/// <summary>Memory in pages, as <c>mm_struct</c> has it.</summary>
public struct MemoryUsage
{
    public ulong Resident;
    public ulong Peak;
    public ulong Virtual;
}
