using System.Buffers.Binary;

namespace ProcImage.Tests.Kernel.Harness;

/// <summary>What is used of a record of bpf/abi.h.</summary>
public readonly record struct RingRecord(int Type, int Tgid, int Parent, ulong StartId, int ExitCode)
{
    public const int FinalProcess = 4;
    public const int Death = 8;

    public bool IsOfDeath => Type is FinalProcess or Death;

    public bool WasSignalled => (ExitCode & 0x7f) != 0;

    /// <summary>Only of a process_record is there more than the type.</summary>
    public static RingRecord Parse(ReadOnlySpan<byte> bytes)
    {
        int type = BinaryPrimitives.ReadUInt16LittleEndian(bytes);
        return type is not (FinalProcess or Death)
            ? new RingRecord(type, 0, 0, 0, 0)
            : new RingRecord(
                type,
                BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]),
                BinaryPrimitives.ReadInt32LittleEndian(bytes[12..]),
                BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]),
                BinaryPrimitives.ReadInt32LittleEndian(bytes[36..]));
    }
}
