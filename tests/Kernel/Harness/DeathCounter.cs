using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Libbpf;

namespace ProcImage.Tests.Kernel.Harness;

/// <summary>Counts the deaths of the whole machine from now on, by a program of its own.</summary>
public sealed class DeathCounter : IDisposable
{
    private readonly BpfObject _object;
    private readonly List<BpfLink> _links;

    public DeathCounter()
    {
        string directory = Directory.CreateTempSubdirectory("proc-image-deaths-").FullName;
        string output = Path.Combine(directory, "deaths.o");
        bool isX64 = RuntimeInformation.ProcessArchitecture == Architecture.X64;
        Ran.With(
            Requirements.Installed("clang", "clang"), "-target", "bpf", "-g", "-O2", "-Wall", "-Werror",
            $"-D__TARGET_ARCH_{(isX64 ? "x86" : "arm64")}",
            $"-I/usr/include/{(isX64 ? "x86_64" : "aarch64")}-linux-gnu", "-c", Source(), "-o", output).AssertDone();
        _object = BpfObject.Open(File.ReadAllBytes(output), "deaths");
        Directory.Delete(directory, recursive: true);
        _object.Load();
        _links = [.. _object.Programs.Select(program => program.Attach())];
    }

    /// <summary>Processes whose last thread has exited.</summary>
    public long Dead => Read(0);

    /// <summary>Processes that were reaped, and are gone.</summary>
    public long Freed => Read(1);

    /// <summary>Of the dead those that a signal has ended.</summary>
    public long Signalled => Read(2);

    public void Dispose()
    {
        _links.ForEach(link => link.Dispose());
        _object.Dispose();
    }

    private long Read(uint what) => (long)_object.FindMap("counts").Lookup<uint, ulong>(what);

    private static string Source([CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "deaths.bpf.c");
}
