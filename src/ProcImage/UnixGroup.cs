using System.Globalization;
using System.Runtime.InteropServices;
using ProcImage.CommandLine;

namespace ProcImage;

/// <summary>Groups as the machine knows them, whether from /etc/group or a directory service.</summary>
internal static unsafe partial class UnixGroup
{
    /// <summary>The gid of a name, or a gid as it is: one that has no name is good, too.</summary>
    /// <exception cref="CommandException">There is no such group.</exception>
    public static uint Find(string nameOrGid)
    {
        if (uint.TryParse(nameOrGid, NumberStyles.None, CultureInfo.InvariantCulture, out var gid)
            && gid != uint.MaxValue)
            return gid;
        var entry = getgrnam(nameOrGid);
        return entry is not null
            ? entry->Gid
            : throw new CommandException(
                ExitStatus.Failed,
                $"there is no group '{nameOrGid}'; 'getent group' lists them, and 'groupadd' makes one");
    }

    // struct group: name and password come first.
    [StructLayout(LayoutKind.Explicit)]
    private struct Entry
    {
        [FieldOffset(16)]
        public uint Gid;
    }

    // It answers in memory of its own, which only one thread at a time may use.
    [LibraryImport("libc", EntryPoint = "getgrnam", StringMarshalling = StringMarshalling.Utf8)]
    private static partial Entry* getgrnam(string name);
}
