namespace ProcImage.Abi;

/// <summary>
/// The single element of the control map; written by user space alone, under the lock of the pin directory.
/// </summary>
public struct Control
{
    public uint Abi;
    public ImageSet Preloaded;

    /// <summary>In the loader's own pid namespace.</summary>
    public int LoaderPid;

    /// <summary>Slot of the policy that names every process, or 0.</summary>
    public uint AllSlot;

    /// <summary>Not 0: apply also forgets what deactivated images have counted.</summary>
    public uint Sweep;
    public uint NextPolicyId;
    public uint NextSequence;

    /// <summary>Who runs apply next.</summary>
    public Caller Caller;

    /// <summary>The kernel's ids of what was pinned at preload.</summary>
    public PinIds Pins;
}
