using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Libbpf;
using Microsoft.Win32.SafeHandles;
using ProcImage.Abi;

namespace ProcImage.Symbols;

/// <summary>
/// Files as a process sees them: its mount namespace, its root, no link of which leads out. What is opened may be put
/// there by anybody: nothing but regular files is opened, as a pipe blocks and a device may do anything.
/// </summary>
internal sealed partial class ProcessFiles(int pid)
{
    private const int OpenAt2 = 437; // the same on every architecture
    private const int CurrentDirectory = -100; // AT_FDCWD
    private const ulong PathOnly = 0x20_0000, CloseOnExec = 0x8_0000, NonBlocking = 0x800; // O_*
    private const ulong InRoot = 0x10, NoMagicLinks = 0x02; // RESOLVE_*

    public int Pid => pid;

    /// <summary>The caller closes it; null where there is no such file, or none that may be read.</summary>
    public SafeFileHandle? Open(string path)
    {
        using var root = OpenPath(CurrentDirectory, InProc("root"), 0);
        if (root is null)
            return null;
        using var found = OpenPath((int)root.DangerousGetHandle(), path, InRoot | NoMagicLinks);
        return found is null ? null : OpenRegular(found);
    }

    /// <summary>What is mapped, though it may be deleted or lie below another mount. Likewise.</summary>
    public SafeFileHandle? Open(Mapping mapping)
    {
        if (!mapping.IsFile)
            return null;
        var named = mapping.IsDeleted ? null : Open(mapping.Path);
        if (named is not null && FileKey.Of(named)?.Inode == mapping.Inode)
            return named;
        if ((OpenMapped(mapping) ?? OpenProgram(mapping)) is not { } mapped)
            return named; // some file systems number their files twice
        named?.Dispose();
        return mapped;
    }

    /// <summary>By its addresses, which takes CAP_CHECKPOINT_RESTORE.</summary>
    public SafeFileHandle? OpenMapped(Mapping mapping) => Follow($"map_files/{mapping.Start:x}-{mapping.End:x}");

    /// <summary>Where it is the program itself: that takes no more than its memory map does.</summary>
    public SafeFileHandle? OpenProgram(Mapping mapping)
    {
        var program = Follow("exe");
        if (program is null || FileKey.Of(program)?.Inode == mapping.Inode)
            return program;
        program.Dispose();
        return null;
    }

    private SafeFileHandle? Follow(string link)
    {
        using var found = OpenPath(CurrentDirectory, InProc(link), 0);
        return found is null ? null : OpenRegular(found);
    }

    // The descriptor leads to the file without having opened it. No lock is taken, as others may wait for one.
    private static SafeFileHandle? OpenRegular(SafeFileHandle found)
    {
        try
        {
            if (FileIdentity.Of(found) is not { IsRegular: true })
                return null;
        }
        catch (BpfException)
        {
            return null; // its file system does not answer
        }

        var path = string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{found.DangerousGetHandle()}");
        return Open(CurrentDirectory, path, NonBlocking, 0);
    }

    private string InProc(string name) => string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/{name}");

    private static SafeFileHandle? OpenPath(int directory, string path, ulong resolve) =>
        Open(directory, path, PathOnly, resolve);

    private static unsafe SafeFileHandle? Open(int directory, string path, ulong flags, ulong resolve)
    {
        var how = new OpenHow { Flags = flags | CloseOnExec, Resolve = resolve };
        fixed (byte* name = Encoding.UTF8.GetBytes(path + '\0'))
        {
            var fd = syscall(OpenAt2, directory, (nint)name, (nint)(&how), sizeof(OpenHow));
            return fd < 0 ? null : new SafeFileHandle((nint)fd, ownsHandle: true);
        }
    }

    private struct OpenHow
    {
        public ulong Flags;
        public ulong Mode;
        public ulong Resolve;
    }

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial long syscall(long number, nint a, nint b, nint c, nint d);
}
