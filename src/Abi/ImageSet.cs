namespace ProcImage.Abi;

[Flags]
public enum ImageSet : uint
{
    None = 0,
    Keytime = 1,
    Lock = 2,
    Resource = 4,
    Syscall = 8,
    Schedule = 16,
    All = 31,
}
