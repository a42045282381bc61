using System.Globalization;
using ProcImage.Abi;

namespace ProcImage.Privileges;

/// <summary>
/// The socket and pipes in /tmp by which a .NET runtime talks to debuggers. One that ends removes them, but execve(2)
/// ends it unasked, and they would stay for good.
/// </summary>
internal static class Diagnostics
{
    /// <summary>For the next runtime in this process: it makes none, so that killing it leaves none either.</summary>
    public const string Variable = "DOTNET_EnableDiagnostics";

    public const string Off = "0";

    public static void RemoveFiles()
    {
        try
        {
            var id = Environment.ProcessId;
            // As the runtime tells them from those of an earlier process with the same number.
            var life = string.Create(CultureInfo.InvariantCulture, $"{id}-{ProcStat.Read(id).StartTicks}");
            string[] names = [$"dotnet-diagnostic-{life}-socket", $"clr-debug-pipe-{life}-in", $"clr-debug-pipe-{life}-out"];
            foreach (var name in names)
                File.Delete(Path.Combine(Path.GetTempPath(), name));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // A file too much is no reason not to start.
        }
    }
}
