using System.Runtime.InteropServices;
using ProcImage.Abi;

namespace ProcImage.Imaging;

/// <summary>
/// A time on a CPU. Times are ns since the start of the process, or of the thread that is a target. Many are kept: its 72
/// bytes hold the name of the waker as the kernel has it, and no reference.
/// </summary>
/// <param name="record">As the kernel side tells it.</param>
/// <param name="start"><c>start_boottime</c> of the life in ns.</param>
/// <param name="number">Among the slices of the life, those that were lost among them.</param>
[StructLayout(LayoutKind.Auto)]
public readonly struct Slice(in SliceRecord record, ulong start, ulong number)
{
    private readonly byte _why = (byte)record.Why;
    private readonly byte _wokenBy = (byte)record.WokenBy;

    public ulong Number { get; } = number;

    /// <summary>When it got the CPU.</summary>
    public ulong Begin { get; } = record.Begin - start;

    /// <summary>When it left it.</summary>
    public ulong End { get; } = record.End - start;

    /// <summary>ns of it that it ran, by the kernel's books: the rest was stolen.</summary>
    public ulong Ran { get; } = record.Ran;

    /// <summary>ns that it waited for a CPU before.</summary>
    public ulong Wait { get; } = record.Wait;

    /// <summary>The thread.</summary>
    public int Tid { get; } = record.Tid;

    /// <summary>So many slices right before this one were lost.</summary>
    public uint Missing { get; } = record.Missing;

    /// <summary>Where it ran.</summary>
    public ushort Cpu { get; } = record.Cpu;

    /// <summary>What it did then.</summary>
    public SliceEnd Why => (SliceEnd)_why;

    /// <summary>Who has ended the sleep before it.</summary>
    public WakerKind WokenBy => (WakerKind)_wokenBy;

    /// <summary>For <see cref="WakerKind.Thread"/>: its tid, and its name at that moment.</summary>
    public int Waker { get; } = record.Waker;

    public Comm WakerComm { get; } = record.WakerComm;
}
