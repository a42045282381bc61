namespace ProcImage.Symbols;

/// <summary>One of a stack.</summary>
/// <param name="Address">As the stack had it.</param>
/// <param name="Name">The function, or what is known instead, in brackets.</param>
/// <param name="File">What is mapped there; null in the kernel and where nothing is.</param>
/// <param name="IsKernel">Whether it is the kernel's.</param>
internal sealed record Frame(ulong Address, string Name, FrameFile? File, bool IsKernel = false);

/// <summary>A mapping of a process.</summary>
/// <param name="Start">Address of its first byte.</param>
/// <param name="End">Behind its last one.</param>
/// <param name="Offset">Of its first byte in the file.</param>
/// <param name="Path">As the process has it.</param>
/// <param name="BuildId">Hexadecimal; empty where there is none.</param>
internal sealed record FrameFile(ulong Start, ulong End, ulong Offset, string Path, string BuildId);
