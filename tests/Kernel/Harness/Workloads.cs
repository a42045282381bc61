using System.Collections.Concurrent;

namespace ProcImage.Tests.Kernel.Harness;

/// <summary>The programs of tests/workloads, compiled when first asked for.</summary>
public static class Workloads
{
    private static readonly ConcurrentDictionary<string, string> _compiled = new();
    private static readonly Lazy<string> _directory = new(CreateDirectory);

    public static string PathOf(string name) => _compiled.GetOrAdd(name, Compile);

    /// <summary>With musl instead of glibc, and nothing else to be loaded.</summary>
    public static string StaticPathOf(string name) => _compiled.GetOrAdd($"{name}-static", _ => Compile(
        Requirements.Installed("musl-gcc", "musl-tools"), name, $"{name}-static", "-static"));

    /// <summary>Leaves one orphan after the other to init, which is kept busy by reaping them.</summary>
    public static Child Orphans() => new("sh", "-c", "while :; do (sleep 0 &); done");

    private static string Compile(string name) => Compile(Requirements.Installed("gcc", "gcc"), name, name);

    private static string Compile(string gcc, string name, string file, params string[] options)
    {
        string source = Path.Combine(Repository.Root, "tests", "workloads", name + ".c");
        string program = Path.Combine(_directory.Value, file);
        Ran.With(gcc, [.. options, "-O1", "-Wall", "-Werror", "-pthread", "-o", program, source]).AssertDone();
        return program;
    }

    private static string CreateDirectory()
    {
        string directory = Directory.CreateTempSubdirectory("proc-image-workloads-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(directory, recursive: true);
        return directory;
    }
}
