using System.Runtime.InteropServices;
using Libbpf;

namespace ProcImage.Loading;

/// <summary>The file system that pins live on.</summary>
internal static partial class Bpffs
{
    private const string MountPoint = "/sys/fs/bpf";
    private const string Type = "bpf";

    /// <summary>Mounts it where it belongs when a fresh machine has not. Returns whether that was needed.</summary>
    /// <exception cref="BpfException">EPERM: mounting needs root.</exception>
    public static bool EnsureMounted(string directory)
    {
        if (IsMounted(directory) || !directory.StartsWith(MountPoint + "/", StringComparison.Ordinal))
            return false;
        if (mount(Type, MountPoint, Type, 0, "mode=0700") < 0)
            throw BpfError.Create("mount", MountPoint, Marshal.GetLastPInvokeError());
        return true;
    }

    public static bool IsMounted(string directory)
    {
        foreach (var line in File.ReadLines("/proc/self/mounts"))
        {
            var fields = line.Split(' ');
            if (fields.Length > 2 && fields[2] == Type
                && (directory + "/").StartsWith(fields[1] + "/", StringComparison.Ordinal))
                return true;
        }

        return false;
    }

    [LibraryImport("libc", EntryPoint = "mount", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int mount(string source, string target, string type, ulong flags, string data);
}
