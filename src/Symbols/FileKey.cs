using Libbpf;
using Microsoft.Win32.SafeHandles;
using ProcImage.Abi;

namespace ProcImage.Symbols;

/// <summary>What makes two files the same as long as nobody writes to them.</summary>
/// <param name="Device">Major and minor number of its file system.</param>
/// <param name="Inode">Inode number.</param>
/// <param name="Content">What has been written to it.</param>
/// <param name="Owner">uid.</param>
internal readonly record struct FileKey(ulong Device, ulong Inode, FileContent Content, uint Owner)
{
    /// <summary>Null where its file system does not say it.</summary>
    public static FileKey? Of(SafeFileHandle file)
    {
        try
        {
            return FileIdentity.Of(file, out var content) is { } identity
                ? new FileKey(identity.Device, identity.Inode, content, identity.Owner)
                : null;
        }
        catch (BpfException)
        {
            return null;
        }
    }
}
