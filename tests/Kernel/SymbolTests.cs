extern alias Abi;
extern alias Symbols;

using System.Globalization;
using Symbols::ProcImage.Symbols;

namespace ProcImage.Tests.Kernel;

/// <summary>Names for processes whose files are not ours: of another mount namespace, root or user.</summary>
public sealed class SymbolTests : IDisposable
{
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(30);

    private readonly string _directory = Directory.CreateTempSubdirectory("proc-image-symbols-").FullName;
    private readonly List<Child> _children = [];

    public SymbolTests() => Requirements.Root();

    public void Dispose()
    {
        _children.ForEach(child => child.Dispose());
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public void A_program_that_only_its_own_mount_namespace_has_keeps_its_names()
    {
        string program = Workloads.PathOf("waits");
        int pid = Start($"cp {program} {_directory}/hidden && exec {_directory}/hidden read", "-m").Pid;
        Assert.False(File.Exists($"{_directory}/hidden"));
        Assert.Equal("waits_here", NameOf(pid, program, "waits_here"));
    }

    [Fact]
    public void A_program_with_a_root_and_pids_of_its_own_keeps_its_names()
    {
        string program = StartAlone(out int pid);
        Assert.Equal("waits_here", NameOf(pid, program, "waits_here"));
    }

    /// <summary>It is written under the pid that its process knows, in the root that it has.</summary>
    [Fact]
    public void Compiled_functions_are_found_where_their_process_writes_them()
    {
        StartAlone(out int pid);
        string path = $"/proc/{pid}/root/tmp/perf-1.map";
        File.WriteAllText(path, "1000 10 compiled\n");
        var map = new PerfMapFile(new ProcessFiles(pid), Abi::ProcImage.Abi.BootClock.ToUnix(StartOf(pid)));
        Assert.True(map.Update(() => true));
        Assert.Equal("compiled", map.Map.NameAt(0x1000));
    }

    [Fact]
    public void Compiled_functions_that_another_user_has_written_are_not_believed()
    {
        StartAlone(out int pid);
        string path = $"/proc/{pid}/root/tmp/perf-1.map";
        File.WriteAllText(path, "1000 10 compiled\n");
        Ran.With("chown", "65534", path).AssertDone();
        var map = new PerfMapFile(new ProcessFiles(pid), Abi::ProcImage.Abi.BootClock.ToUnix(StartOf(pid)));
        Assert.False(map.Update(() => true));
        Assert.Null(map.Map.NameAt(0x1000));
    }

    [Fact]
    public void Links_lead_to_files_of_the_process_alone()
    {
        StartAlone(out int pid);
        string root = $"/proc/{pid}/root";
        File.CreateSymbolicLink(root + "/inside", "/bin/hidden");
        File.CreateSymbolicLink(root + "/outside", "/etc/passwd");
        File.CreateSymbolicLink(root + "/above", "../../../../../../etc/passwd");
        var files = new ProcessFiles(pid);
        using var inside = files.Open("/inside");
        Assert.NotNull(inside);
        Assert.Null(files.Open("/outside"));
        Assert.Null(files.Open("/above"));
        Assert.Null(files.Open("/../etc/passwd"));
    }

    private string StartAlone(out int pid)
    {
        string program = Path.Combine(Directory.CreateDirectory(Path.Combine(_directory, "made")).FullName, "static");
        Ran.With(
            Requirements.Installed("gcc", "gcc"), "-O1", "-pthread", "-static", "-o", program,
            Path.Combine(Repository.Root, "tests", "workloads", "waits.c")).AssertDone();
        string copy = Path.GetTempFileName();
        File.Copy(program, copy, overwrite: true);
        var child = Start(
            $"mkdir bin tmp && cp {copy} bin/hidden && chmod 755 bin/hidden && exec chroot . /bin/hidden read", "-mpf");
        File.Delete(copy);
        pid = Proc.Processes().Single(each => Proc.Stat(each).Parent == child.Pid);
        return program;
    }

    /// <summary>A shell in namespaces of its own and an empty directory that nobody else sees.</summary>
    private Child Start(string command, string namespaces)
    {
        var child = new Child(
            Requirements.Installed("unshare", "util-linux"), namespaces, "sh", "-c",
            $"mount -t tmpfs none {_directory} && cd {_directory} && {command}");
        _children.Add(child);
        Assert.StartsWith("ready ", child.ReadLine(_limit), StringComparison.Ordinal);
        return child;
    }

    private static string NameOf(int pid, string program, string function)
    {
        string line = Ran.With("nm", program).AssertDone().Output.Split('\n')
            .Single(line => line.EndsWith(" " + function, StringComparison.Ordinal));
        ulong address = ulong.Parse(line.Split(' ')[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        var first = MemoryMap.OfProcess(pid, isCodeOnly: false).Mappings[0];
        var symbols = ProcessSymbols.Open(pid, StartOf(pid), new SymbolCache());
        Assert.NotNull(symbols);
        // A static program may be where its addresses say.
        return symbols.Resolve(address < first.Start ? address + first.Start : address, isReturn: false).Name;
    }

    private static ulong StartOf(int pid) =>
        Abi::ProcImage.Abi.ProcStat.Read(pid).StartTicks * Abi::ProcImage.Abi.ProcStat.NanosecondsPerTick;
}
