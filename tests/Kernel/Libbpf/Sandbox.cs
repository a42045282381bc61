using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Libbpf;

namespace ProcImage.Tests.Kernel.Libbpf;

/// <summary>The compiled sample and a bpffs of its own, for the tests of the binding.</summary>
public sealed partial class Sandbox : IDisposable
{
    internal const int Calls = 13;
    internal const ulong Factor = 17;
    private readonly byte[] _elf;

    public Sandbox()
    {
        Root = Directory.CreateTempSubdirectory("libbpf-tests-").FullName;
        Bpffs = Path.Combine(Root, "bpffs");
        Directory.CreateDirectory(Bpffs);
        Run("mount", "-t", "bpf", "bpf", Bpffs);
        string output = Path.Combine(Root, "sample.o");
        Run("clang", "-target", "bpf", "-g", "-O2", "-Wall", "-Werror", $"-I/usr/include/{Multiarch()}",
            "-c", Source(), "-o", output);
        _elf = File.ReadAllBytes(output);
    }

    internal string Root { get; }

    internal string Bpffs { get; }

    /// <summary>A path that no other test pins to.</summary>
    internal string NewPin([CallerMemberName] string name = "") => Path.Combine(Bpffs, $"{name}_{Guid.NewGuid():N}");

    internal BpfObject Open() => BpfObject.Open(_elf, "sample");

    /// <summary>Traces this process's getppid.</summary>
    internal BpfObject OpenTracing()
    {
        var opened = Open();
        opened.SetVariable("traced_tgid", Environment.ProcessId);
        opened.SetVariable("traced_call", GetppidNumber());
        opened.SetVariable("factor", Factor);
        return opened;
    }

    internal BpfObject Load()
    {
        var opened = OpenTracing();
        opened.Load();
        return opened;
    }

    internal static void Call(int times = Calls)
    {
        for (int i = 0; i < times; i++)
            _ = getppid();
    }

    public void Dispose()
    {
        Run("umount", Bpffs);
        Directory.Delete(Root, recursive: true);
    }

    private static ulong GetppidNumber() => RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 110ul : 173ul;

    private static string Multiarch() =>
        RuntimeInformation.ProcessArchitecture == Architecture.X64 ? "x86_64-linux-gnu" : "aarch64-linux-gnu";

    private static string Source([CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "sample.bpf.c");

    private static void Run(string command, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardError = true })!;
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{command}: {errors}");
    }

    [LibraryImport("libc")]
    private static partial int getppid();
}
