using System.Globalization;

namespace ProcImage.Imaging;

/// <summary>What only /proc says of a process.</summary>
/// <param name="Exe">Path of its program file; empty for kernel threads and where it cannot be read.</param>
/// <param name="Cgroup">Path in the unified hierarchy, else in that of the first controller.</param>
public sealed record ProcessIdentity(string Exe, string Cgroup)
{
    private const ulong NanosecondsPerTick = 10_000_000; // USER_HZ is 100 wherever Linux runs today

    public static ProcessIdentity None { get; } = new("", "");

    /// <summary>Null when the pid belongs to another life, or to none.</summary>
    public static ProcessIdentity? Read(int tgid, ulong startId)
    {
        try
        {
            var directory = string.Create(CultureInfo.InvariantCulture, $"/proc/{tgid}");
            var identity = new ProcessIdentity(ReadExe(directory), ReadCgroup(directory));
            return ReadStartTicks(directory) == startId / NanosecondsPerTick ? identity : null;
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

    /// <summary>Field 22 of stat. The name in field 2 may hold anything, also a closing bracket.</summary>
    private static ulong ReadStartTicks(string directory)
    {
        var stat = File.ReadAllText(directory + "/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return ulong.Parse(fields[19], CultureInfo.InvariantCulture);
    }
}
