using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace ProcImage.Loading;

/// <summary>/proc/kallsyms: the kernel decides when it is opened whether its reader may see addresses.</summary>
internal static class KernelSymbolsFile
{
    private const string Path = "/proc/kallsyms";

    public static SafeFileHandle Open() => File.OpenHandle(Path);

    /// <summary>Opened anew where the descriptor is none of it: the variable that names it was not ours.</summary>
    public static SafeFileHandle FromInherited(int? descriptor)
    {
        if (descriptor is not { } fd || new FileInfo(Of(fd)).LinkTarget != Path)
            return Open();
        return new SafeFileHandle(fd, ownsHandle: true);
    }

    private static string Of(int fd) => string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{fd}");
}
