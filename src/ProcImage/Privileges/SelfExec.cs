using System.Runtime.InteropServices;
using Libbpf;

namespace ProcImage.Privileges;

/// <summary>
/// Starts this program again in the same process: the same pid, arguments and environment, fewer capabilities.
/// </summary>
/// <remarks>
/// .NET has threads before Main begins, and a thread's capabilities are changed by itself alone. execve(2) ends all
/// threads but the one that calls it, so those of the new program all come from that one.
/// </remarks>
internal static unsafe partial class SelfExec
{
    private const int SetFlags = 2; // F_SETFD; without FD_CLOEXEC

    /// <summary>Does not return.</summary>
    /// <param name="kept">Of the capabilities that there are; null for all.</param>
    /// <param name="variable">Added to the environment.</param>
    /// <param name="value">Of the variable.</param>
    /// <param name="descriptors">Stay open.</param>
    /// <exception cref="BpfException">It cannot; this thread may have fewer capabilities then.</exception>
    public static void Run(Capability? kept, string variable, string value, IEnumerable<int> descriptors)
    {
        var program = Environment.ProcessPath!;
        foreach (var descriptor in descriptors)
            Check(fcntl(descriptor, SetFlags, 0), $"descriptor {descriptor}");
        Check(setenv(variable, value, 1), variable);
        Check(setenv(Diagnostics.Variable, Diagnostics.Off, 1), Diagnostics.Variable);
        Diagnostics.RemoveFiles();
        if (kept is { } some)
            Capabilities.Limit(some);

        // As they came, byte by byte: they need not be UTF-8.
        var arguments = File.ReadAllBytes("/proc/self/cmdline");
        fixed (byte* bytes = arguments)
        {
            var pointers = new List<nint>();
            for (var i = 0; i < arguments.Length; i += arguments.AsSpan(i).IndexOf((byte)0) + 1)
                pointers.Add((nint)(bytes + i));
            pointers.Add(0);
            fixed (nint* argv = pointers.ToArray())
                Check(execv(program, argv), program);
        }
    }

    private static void Check(int result, string subject) =>
        BpfError.CheckErrno(result, "start again, for fewer capabilities:", subject);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fcntl(int fd, int command, nint argument);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int setenv(string name, string value, int overwrite);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int execv(string path, nint* argv);
}
