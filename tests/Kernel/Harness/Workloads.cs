using System.Collections.Concurrent;

namespace ProcImage.Tests.Kernel.Harness;

/// <summary>The programs of tests/workloads, compiled when first asked for.</summary>
public static class Workloads
{
    private static readonly ConcurrentDictionary<string, string> _compiled = new();
    private static readonly Lazy<string> _directory = new(CreateDirectory);

    public static string PathOf(string name) => _compiled.GetOrAdd(name, Compile);

    private static string Compile(string name)
    {
        string gcc = Requirements.Installed("gcc", "gcc");
        string source = Path.Combine(Repository.Root, "tests", "workloads", name + ".c");
        string program = Path.Combine(_directory.Value, name);
        Ran.With(gcc, "-O1", "-Wall", "-Werror", "-pthread", "-o", program, source).AssertDone();
        return program;
    }

    private static string CreateDirectory()
    {
        string directory = Directory.CreateTempSubdirectory("proc-image-workloads-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(directory, recursive: true);
        return directory;
    }
}
