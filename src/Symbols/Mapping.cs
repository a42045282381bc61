namespace ProcImage.Symbols;

/// <summary>A line of /proc/PID/maps.</summary>
/// <param name="Start">Address of its first byte.</param>
/// <param name="End">Behind its last one.</param>
/// <param name="Offset">Of its first byte in the file.</param>
/// <param name="Device">Major number in the upper half, minor in the lower.</param>
/// <param name="Inode">0 where no file is mapped.</param>
/// <param name="Path">As the process has it, or a name such as <c>[vdso]</c>; empty for anonymous memory.</param>
/// <param name="IsDeleted">Whether the file is no longer at its path.</param>
/// <param name="IsExecutable">Whether code can run there.</param>
internal sealed record Mapping(
    ulong Start, ulong End, ulong Offset, ulong Device, ulong Inode, string Path, bool IsDeleted, bool IsExecutable)
{
    public const string Vdso = "[vdso]";

    public bool IsFile => Inode != 0 && Path.StartsWith('/');

    public ulong OffsetOf(ulong address) => address - Start + Offset;
}
