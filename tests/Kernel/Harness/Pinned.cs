namespace ProcImage.Tests.Kernel.Harness;

/// <summary>What is pinned in a directory, to compare before and after.</summary>
public static class Pinned
{
    private static readonly string[] _writtenByControllers = ["policies", "targets"];

    public static IReadOnlyList<string> Names(string directory) => Directory.Exists(directory)
        ? [.. Directory.EnumerateFileSystemEntries(directory, "*", SearchOption.AllDirectories).Order()]
        : [];

    /// <summary>The names, and the bytes of the maps that only controllers write.</summary>
    public static string State(string directory) => string.Join(
        '\n', Names(directory).Concat(_writtenByControllers.Select(name => Dump(directory, name))));

    private static string Dump(string directory, string name)
    {
        using var map = new RawMap(Path.Combine(directory, name));
        return $"{name}:\n{map.Dump()}";
    }
}
