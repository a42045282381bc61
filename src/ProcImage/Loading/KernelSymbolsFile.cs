using System.Globalization;
using Microsoft.Win32.SafeHandles;
using ProcImage.Symbols;

namespace ProcImage.Loading;

/// <summary>/proc/kallsyms: the kernel decides when it is opened whether its reader may see addresses.</summary>
internal static class KernelSymbolsFile
{
    private const string Path = "/proc/kallsyms";

    /// <summary>Null where it is missing, as in a container, or closed to this user.</summary>
    public static SafeFileHandle? Open(string path = Path)
    {
        try
        {
            return File.OpenHandle(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Opened anew where the descriptor is none of it: the variable that names it was not ours.</summary>
    public static SafeFileHandle? FromInherited(int? descriptor)
    {
        if (descriptor is not { } fd || new FileInfo(Of(fd)).LinkTarget != Path)
            return Open();
        return new SafeFileHandle(fd, ownsHandle: true);
    }

    /// <param name="file">The caller's; null where it could not be opened.</param>
    public static KernelSymbols Read(SafeFileHandle? file) =>
        file is null ? new KernelSymbols($"{Path} cannot be opened") : new KernelSymbols(file);

    private static string Of(int fd) => string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{fd}");
}
