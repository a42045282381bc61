using Microsoft.Win32.SafeHandles;
using ProcImage.Abi;

namespace ProcImage.Symbols;

/// <summary>What makes two files the same as long as nobody writes to them.</summary>
/// <param name="Device">Major and minor number of its file system.</param>
/// <param name="Inode">Inode number.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Modified">When it was written to last.</param>
/// <param name="Owner">uid.</param>
internal readonly record struct FileKey(ulong Device, ulong Inode, long Size, DateTime Modified, uint Owner)
{
    public static FileKey Of(SafeFileHandle file)
    {
        var identity = FileIdentity.Of(file)!.Value;
        return new FileKey(
            identity.Device, identity.Inode, RandomAccess.GetLength(file), File.GetLastWriteTimeUtc(file), identity.Owner);
    }
}
