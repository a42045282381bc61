using System.Globalization;
using ProcImage.Abi;

namespace ProcImage.Imaging;

/// <summary>What only /proc says of a process.</summary>
/// <param name="Exe">Path of its program file; empty for kernel threads and where it cannot be read.</param>
/// <param name="Cgroup">Path in the unified hierarchy, else in that of the first controller.</param>
public sealed record ProcessIdentity(string Exe, string Cgroup)
{
    public static ProcessIdentity None { get; } = new("", "");

    /// <summary>Null when the pid belongs to another life, or to none.</summary>
    public static ProcessIdentity? Read(int tgid, ulong startId)
    {
        try
        {
            var directory = string.Create(CultureInfo.InvariantCulture, $"/proc/{tgid}");
            var identity = new ProcessIdentity(ReadExe(directory), ReadCgroup(directory));
            return ProcStat.Read(tgid).IsLife(startId) ? identity : null;
        }
        catch (IOException)
        {
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string ReadExe(string directory) =>
        new FileInfo(directory + "/exe").LinkTarget ?? "";

    private static string ReadCgroup(string directory)
    {
        var lines = File.ReadAllLines(directory + "/cgroup");
        var line = Array.Find(lines, each => each.StartsWith("0::", StringComparison.Ordinal)) ?? lines.FirstOrDefault("::");
        return line[(line.IndexOf(':', line.IndexOf(':') + 1) + 1)..];
    }
}
