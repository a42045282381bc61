namespace ProcImage.Abi;

/// <summary>The single element of the control map; written by user space alone, under the lock of the pin directory.</summary>
public struct Control
{
    public uint Abi;
    public ImageSet Preloaded;
    public int LoaderTgid;

    /// <summary>Slot of the policy that names every process, or 0.</summary>
    public uint AllSlot;

    /// <summary>Not 0: apply also forgets what deactivated images have counted.</summary>
    public uint Sweep;
    public uint NextPolicyId;
    public uint NextSequence;
    public uint Pad;

    /// <summary>Devices (as <c>super_block.s_dev</c>) and inodes of the loader's and the controller's program file.</summary>
    public OwnPrograms SelfDevice;
    public OwnPrograms SelfInode;
}
