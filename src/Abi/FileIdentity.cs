using System.Runtime.InteropServices;
using Libbpf;
using Microsoft.Win32.SafeHandles;

namespace ProcImage.Abi;

/// <summary>What makes two paths the same file.</summary>
/// <param name="Device">Major and minor number of its file system.</param>
/// <param name="Inode">Inode number.</param>
/// <param name="Owner">uid of the owner.</param>
/// <param name="Group">gid of the group.</param>
/// <param name="IsDirectory">Whether it is a directory itself, not a link to one.</param>
/// <param name="IsSocket">Likewise.</param>
/// <param name="IsRegular">Likewise.</param>
public readonly partial record struct FileIdentity(
    ulong Device, ulong Inode, uint Owner, uint Group, bool IsDirectory, bool IsSocket, bool IsRegular)
{
    private const int TypeMask = 0xF000; // S_IFMT
    private const int DirectoryType = 0x4000; // S_IFDIR
    private const int RegularType = 0x8000; // S_IFREG
    private const int SocketType = 0xC000; // S_IFSOCK
    private const int NoFollow = 0x100; // AT_SYMLINK_NOFOLLOW
    private const int CurrentDirectory = -100; // AT_FDCWD
    private const int EmptyPath = 0x1000; // AT_EMPTY_PATH
    private const uint BasicStats = 0x7ff; // STATX_BASIC_STATS

    /// <summary>Null when there is no such file. A link is a file of its own here.</summary>
    /// <exception cref="BpfException">EACCES: the directory is closed to this user.</exception>
    public static FileIdentity? Of(string path) => Read(CurrentDirectory, path, NoFollow);

    /// <summary>The same of what a link leads to.</summary>
    public static FileIdentity? OfTarget(string path) => Read(CurrentDirectory, path, 0);

    public static FileIdentity? Of(SafeFileHandle file) => Read((int)file.DangerousGetHandle(), "", EmptyPath);

    /// <param name="file">Open.</param>
    /// <param name="content">What changes when it is written to.</param>
    public static FileIdentity? Of(SafeFileHandle file, out FileContent content) =>
        Read((int)file.DangerousGetHandle(), "", EmptyPath, out content);

    private static FileIdentity? Read(int directory, string path, int flags) => Read(directory, path, flags, out _);

    private static unsafe FileIdentity? Read(int directory, string path, int flags, out FileContent content)
    {
        content = default;
        var stat = default(Statx);
        if (statx(directory, path, flags, BasicStats, &stat) == 0)
        {
            content = new FileContent(stat.Size, stat.Modified, stat.ModifiedNanoseconds);
            var type = stat.Mode & TypeMask;
            return new FileIdentity(
                (ulong)stat.Major << 32 | stat.Minor,
                stat.Inode,
                stat.Uid,
                stat.Gid,
                type == DirectoryType,
                type == SocketType,
                type == RegularType);
        }

        var error = Marshal.GetLastPInvokeError();
        return error is Errno.ENOENT or Errno.ENOTDIR ? null : throw BpfError.Create(BpfOperation.Open, path, error);
    }

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int statx(int directory, string path, int flags, uint mask, Statx* stat);

    // struct statx of linux/stat.h: the same on every architecture.
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Statx
    {
        [FieldOffset(20)]
        public uint Uid;

        [FieldOffset(24)]
        public uint Gid;

        [FieldOffset(28)]
        public ushort Mode;

        [FieldOffset(32)]
        public ulong Inode;

        [FieldOffset(40)]
        public ulong Size;

        [FieldOffset(112)]
        public long Modified;

        [FieldOffset(120)]
        public uint ModifiedNanoseconds;

        [FieldOffset(136)]
        public uint Major;

        [FieldOffset(140)]
        public uint Minor;
    }
}

/// <summary>What changes when a file is written to.</summary>
/// <param name="Size">Bytes.</param>
/// <param name="Modified">
/// When it was written to last: seconds since 1970. Anybody can set any time: no calendar has to have it.
/// </param>
/// <param name="ModifiedNanoseconds">Behind these.</param>
public readonly record struct FileContent(ulong Size, long Modified, uint ModifiedNanoseconds);
