using System.Runtime.InteropServices;
using Libbpf;

namespace ProcImage.Abi;

/// <summary>The file system that pins live on.</summary>
public static partial class Bpffs
{
    private const string MountPoint = "/sys/fs/bpf";
    private const string Type = "bpf";
    private const uint Magic = 0xcafe4a11; // BPF_FS_MAGIC
    private const int InformationSize = 256; // struct statfs has 120 bytes

    /// <summary>
    /// Mounts it where it belongs when a fresh machine has not. Returns whether that was needed. One at a time: a second
    /// mount would hide the pins on the first.
    /// </summary>
    /// <param name="directory">Where the pins will be.</param>
    /// <param name="searchable">Others may reach directories in it, though not list them.</param>
    /// <exception cref="BpfException">EPERM: mounting needs CAP_SYS_ADMIN.</exception>
    public static bool EnsureMounted(string directory, bool searchable)
    {
        if (IsOn(MountPoint) || !directory.StartsWith(MountPoint + "/", StringComparison.Ordinal))
            return false;
        using var held = DirectoryLock.Take(MountPoint);
        if (IsOn(MountPoint))
            return false;
        if (mount(Type, MountPoint, Type, 0, searchable ? "mode=0711" : "mode=0700") < 0)
        {
            var error = Marshal.GetLastPInvokeError();
            throw new BpfException(
                "mount", MountPoint, error, Marshal.GetPInvokeErrorMessage(error),
                $"run as root with CAP_SYS_ADMIN, or mount it before: mount -t {Type} {Type} {MountPoint}");
        }

        return true;
    }

    /// <summary>Whether a path, or the nearest directory above it that exists, is on one.</summary>
    public static unsafe bool IsOn(string path)
    {
        var information = stackalloc byte[InformationSize];
        for (var each = path; each is not null; each = Path.GetDirectoryName(each))
            if (statfs(each, information) == 0)
                return (uint)*(long*)information == Magic; // f_type comes first
        return false;
    }

    [LibraryImport("libc", EntryPoint = "mount", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int mount(string source, string target, string type, ulong flags, string data);

    [LibraryImport("libc", EntryPoint = "statfs", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int statfs(string path, byte* information);
}
