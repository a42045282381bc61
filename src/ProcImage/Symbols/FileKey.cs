using Libbpf;
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
    /// <summary>Null where its file system does not say it.</summary>
    public static FileKey? Of(SafeFileHandle file)
    {
        try
        {
            return FileIdentity.Of(file) is { } identity
                ? new FileKey(
                    identity.Device,
                    identity.Inode,
                    FileBytes.LengthOf(file),
                    File.GetLastWriteTimeUtc(file),
                    identity.Owner)
                : null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or BpfException)
        {
            return null;
        }
    }
}
