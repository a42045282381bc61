using System.Runtime.CompilerServices;

namespace ProcImage.Tests.Kernel.Harness;

public static class Repository
{
    public static string Root { get; } = Find();

    /// <summary>Where build.sh puts the two commands, unless PROC_IMAGE_OUT says otherwise.</summary>
    public static string Out { get; } =
        Environment.GetEnvironmentVariable("PROC_IMAGE_OUT") ?? Path.Combine(Root, "out");

    // From the source: the binaries may stand anywhere.
    private static string Find([CallerFilePath] string here = "")
    {
        for (var directory = new FileInfo(here).Directory; directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "ProcImage.sln")))
                return directory.FullName;
        }

        throw new InvalidOperationException($"no ProcImage.sln above {here}");
    }
}
