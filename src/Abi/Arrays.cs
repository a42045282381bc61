using System.Runtime.CompilerServices;
using System.Text;

namespace ProcImage.Abi;

/// <summary>A task's name: up to 15 bytes of anything but zero. It need not be UTF-8.</summary>
[InlineArray(Limits.CommSize)]
public struct Comm
{
    private byte _first;

    /// <summary>The name as text, U+FFFD for what is not UTF-8.</summary>
    public override readonly string ToString()
    {
        ReadOnlySpan<byte> bytes = this;
        var end = bytes.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? bytes : bytes[..end]);
    }
}

/// <summary>Counts by bucket.</summary>
[InlineArray(Limits.HistogramBuckets)]
public struct HistogramBuckets
{
    private ulong _first;
}

/// <summary>The slots of the policies that name a task, by <see cref="Name"/>; 0 for none.</summary>
[InlineArray((int)Name.Names)]
public struct PolicySlots
{
    private ushort _first;
}

/// <summary>A bit for each policy slot.</summary>
[InlineArray(Limits.PolicyWords)]
public struct SlotBits
{
    private ulong _first;

    public readonly bool this[uint slot] => (this[(int)(slot / 64)] >> (int)(slot % 64) & 1) != 0;
}

/// <summary>A bit for each policy slot, by image.</summary>
[InlineArray((int)Image.Images)]
public struct SlotBitsByImage
{
    private SlotBits _first;
}

[InlineArray((int)Image.Images)]
public struct CountByImage
{
    private uint _first;
}

[InlineArray(Limits.MaxPolicies)]
public struct SequenceBySlot
{
    private uint _first;
}

[InlineArray(Limits.MaxPolicies)]
public struct CountBySlot
{
    private uint _first;
}

/// <summary>Ids of what was pinned, in the order of <see cref="Pins.All"/>; 0 where nothing was.</summary>
[InlineArray(Limits.MaxPins)]
public struct PinIds
{
    private uint _first;
}

[InlineArray((int)ExitCause.Causes)]
public struct CountByCause
{
    private ulong _first;
}

/// <summary>Addresses, the innermost first, then zeros.</summary>
[InlineArray(Limits.KernelFrames)]
public struct KernelStack
{
    private ulong _first;
}

/// <inheritdoc cref="KernelStack"/>
[InlineArray(Limits.UserFrames)]
public struct UserStack
{
    private ulong _first;
}

/// <summary>From the top of a user stack's memory.</summary>
[InlineArray(Limits.StackWords)]
public struct StackWords
{
    private ulong _first;
}

/// <summary>ns by <see cref="TimeState"/>.</summary>
[InlineArray((int)TimeState.States)]
public struct Times
{
    private ulong _first;
}

/// <summary>A path, closed by a zero.</summary>
[InlineArray(Limits.FileSize)]
public struct FileBytes
{
    private byte _first;
}

/// <summary>Arguments, each closed by a zero.</summary>
[InlineArray(Limits.ArgumentsSize)]
public struct ArgumentsBytes
{
    private byte _first;
}

/// <summary>Closed by a zero.</summary>
[InlineArray(Limits.CgroupNameSize)]
public struct CgroupName
{
    private byte _first;
}

/// <summary>A cgroup's own name first, then those above it; an empty one is the root.</summary>
[InlineArray(Limits.CgroupLevels)]
public struct CgroupNames
{
    private CgroupName _first;
}

/// <summary>By <see cref="Caller"/>.</summary>
[InlineArray((int)Caller.Callers)]
public struct OwnPrograms
{
    private ulong _first;
}
