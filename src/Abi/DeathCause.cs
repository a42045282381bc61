namespace ProcImage.Abi;

/// <summary>The signal that has ended a process, as signal_generate has met it.</summary>
public struct DeathCause
{
    /// <summary>0 where none is known.</summary>
    public uint Signal;
    public Origin Origin;

    /// <summary><c>si_code</c>.</summary>
    public int Code;

    /// <summary>tgid of the process that has sent it; 0 where none has.</summary>
    public int Sender;

    /// <summary>In the first user namespace.</summary>
    public uint SenderUid;
    public uint HasAddress;

    /// <summary>Of a fault, where the processor has said it.</summary>
    public ulong Address;

    /// <summary>CLOCK_BOOTTIME in ns.</summary>
    public ulong Time;
    public Comm SenderComm;
}
