namespace ProcImage.Abi;

/// <summary>Key of the targets map, whose value is the slot of the target's policy.</summary>
public struct TargetKey
{
    public TargetKind Kind;
    public int Id;
}
