using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace ProcImage.Tests.Unit.Symbols;

/// <summary>The program of tests/workloads/waits.c, in the ways that these tests want it.</summary>
internal static class Compiled
{
    private static readonly string _directory = CreateDirectory();
    private static readonly ConcurrentDictionary<string, Lazy<string>> _programs = new();

    /// <summary>With all symbols, and frame pointers.</summary>
    public static string Waits => With("waits");

    public static string Stripped => With("waits-stripped", "-s");

    /// <summary>All of libc is in it.</summary>
    public static string Static => With("waits-static", "-static");

    private static string With(string name, params string[] options) =>
        _programs.GetOrAdd(name, _ => new Lazy<string>(() => Compile(name, options))).Value;

    private static string Compile(string name, string[] options, [CallerFilePath] string here = "")
    {
        var source = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../workloads/waits.c"));
        var program = Path.Combine(_directory, name);
        Ran.With(
            "gcc",
            ["-O1", "-Wall", "-Werror", "-fno-omit-frame-pointer", "-pthread", .. options, "-o", program, source])
            .AssertDone();
        return program;
    }

    private static string CreateDirectory()
    {
        var directory = Directory.CreateTempSubdirectory("proc_image.symbols.").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(directory, recursive: true);
        return directory;
    }
}
