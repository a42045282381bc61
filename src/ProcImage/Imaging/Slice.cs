using ProcImage.Abi;

namespace ProcImage.Imaging;

/// <summary>A time on a CPU. Times are ns since the start of the process, or of the thread that is a target.</summary>
/// <param name="Begin">When it got the CPU.</param>
/// <param name="End">When it left it.</param>
/// <param name="Ran">ns of it that it ran, by the kernel's books: the rest was stolen.</param>
/// <param name="Wait">ns that it waited for a CPU before.</param>
/// <param name="Tid">The thread.</param>
/// <param name="Missing">So many slices of the thread, right before this one, were lost.</param>
/// <param name="Cpu">Where it ran.</param>
/// <param name="Why">What it did then.</param>
public readonly record struct Slice(
    ulong Begin, ulong End, ulong Ran, ulong Wait, int Tid, uint Missing, ushort Cpu, SliceEnd Why);
