using System.Globalization;
using System.Text.RegularExpressions;

namespace ProcImage.Tests.Kernel;

/// <summary>A tree of processes that is followed is told in whole, against strace on the same run.</summary>
public sealed partial class FollowedTreeTests(ITestOutputHelper log) : KernelTest(log)
{
    private const int Targets = 23;
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(100);
    private readonly string _directory = Directory.CreateTempSubdirectory("proc-image-tree-").FullName;

    [Fact]
    public void A_tree_of_pipelines_subshells_and_a_make_is_what_strace_has_seen() => AssertSame(WriteScript(), Targets);

    /// <summary>A process for each connection, and threads of the benchmark.</summary>
    [Fact]
    public void A_database_under_load_is_what_strace_has_seen() => AssertSame(WriteDatabaseScript(), 13);

    /// <summary>Some dozens of threads, and processes that take over from each other.</summary>
    [Fact]
    public void A_build_by_dotnet_is_what_strace_has_seen() => AssertSame(WriteBuildScript(), 3);

    private void AssertSame(string script, int fewestExecs)
    {
        string trace = Path.Combine(_directory, "trace");
        var shell = Own(new Shell("bash"));
        Loader.Control("-k0", "--follow", "-P", $"{shell.Pid}");
        shell.Say($"strace -f -qq -s 4096 -e trace=process -o {trace} bash {script}; exec true");
        shell.AwaitExit(_limit);
        Life.AwaitDeath(Loader, shell.Pid);
        string[] lines = File.ReadAllLines(trace);

        var tree = AwaitTree();
        int first = Tracees(lines)[0];
        var (births, execs) = (Births(lines), Execs(lines));
        Log.WriteLine($"{births.Count} births, {execs.Count} execs, {tree.Count} processes");
        Assert.InRange(execs.Count, fewestExecs, int.MaxValue);
        var inside = Inside(first, tree);
        var started = inside.SelectMany(pid => tree[pid].Named("fork", "vfork", "clone")).ToList();
        // A thread that calls nothing of this kind has no line.
        Assert.Subset(started.Select(start => start.Child).Append(first).ToHashSet(), Tracees(lines).ToHashSet());
        Assert.Equal(births.Order(), started.Select(start => (start.Tid, start.Child)).Order());
        Assert.Equal(execs.Order(), inside.SelectMany(pid => Files(tree[pid]).Select(file => (pid, file))).Order());
        // Around it: strace, and the shell.
        Assert.Equal(shell.Pid, Parent(Parent(first, tree), tree));
        // Where a kernel hides a process from tracing, one final record in hundreds is lost, and the portrait says so.
        Assert.InRange(tree.Values.Count(life => !life.IsComplete), 0, 3);
        foreach (int pid in inside)
            Assert.Equal(Parent(pid, tree), tree[pid].Keytime.GetProperty("born").GetProperty("parent").GetInt32());
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        Directory.Delete(_directory, recursive: true);
    }

    private string WriteScript()
    {
        string makefile = Path.Combine(_directory, "Makefile");
        File.WriteAllText(
            makefile,
            $"all: {string.Join(' ', Enumerable.Range(0, Targets).Select(i => $"t{i}"))}\n"
            + "t%:\n\t@env true; test -n $@\n");
        return WriteScript($"""
            seq 101 | sort -r | head -n 3 >/dev/null
            (cat /dev/null; (env true) | cat)
            for i in 1 2 3 5 7; do $(printf true) & done
            wait
            make -s -j3 -f {makefile} all
            exec env true
            """);
    }

    // As nobody: the server refuses to run as root.
    private string WriteDatabaseScript()
    {
        Requirements.Installed("pg_ctlcluster", "postgresql");
        string programs = Directory.GetDirectories("/usr/lib/postgresql").Max()! + "/bin";
        string data = Directory.CreateDirectory(Path.Combine(_directory, "data")).FullName;
        File.SetUnixFileMode(_directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            | UnixFileMode.OtherExecute);
        Assert.Equal(0, Ran.With("chown", "nobody", data).Status);
        string server = $"-k {data} -c listen_addresses= -c fsync=off";
        return WriteScript($"""
            exec setpriv --reuid nobody --regid nogroup --clear-groups bash -c '
            cd {data} && PATH={programs}:$PATH && export PGHOST={data} PGUSER=nobody
            initdb -D db -A trust >/dev/null 2>&1 && pg_ctl -D db -o "{server}" -w -l log start >/dev/null
            createdb load && pgbench -i -q load 2>/dev/null
            pgbench -n -C -c 3 -j 3 -t 7 load >/dev/null 2>&1
            pg_ctl -D db -m fast stop >/dev/null'
            """);
    }

    private string WriteBuildScript()
    {
        string project = Path.Combine(_directory, "project");
        Assert.Equal(0, Ran.With("dotnet", "new", "console", "--output", project).Status);
        return WriteScript($"exec dotnet build {project} --no-restore -nodeReuse:false -p:UseSharedCompilation=false >/dev/null");
    }

    private string WriteScript(string text)
    {
        string script = Path.Combine(_directory, "script");
        File.WriteAllText(script, text);
        return script;
    }

    // All of them are dead by then, and nothing more of them comes.
    private Dictionary<int, Life> AwaitTree()
    {
        var lives = Eventually.Get(() => Life.All(Loader), all => all.All(life => life.IsDead));
        Assert.All(lives, life => Assert.True(life.IsDead, $"{life}"));
        return lives.ToDictionary(life => life.Tgid, life => life.WithEvents(Loader));
    }

    private static List<int> Inside(int first, Dictionary<int, Life> tree) =>
        [first, .. Children(tree[first]).SelectMany(child => Inside(child, tree))];

    private static int Parent(int pid, Dictionary<int, Life> tree) =>
        tree.Values.Single(life => Children(life).Contains(pid)).Tgid;

    private static IEnumerable<int> Children(Life life) => life.Named("fork", "vfork").Select(fork => fork.Child);

    private static IEnumerable<string> Files(Life life) => life.Named("exec").Select(exec => exec.Text("file"));

    private static List<int> Tracees(string[] lines) => [.. lines.Select(Pid).Distinct()];

    private static List<(int Parent, int Child)> Births(string[] lines) =>
    [
        .. lines.Select(line => Birth().Match(line)).Where(match => match.Success)
            .Select(match => (Number(match.Groups[1].Value), Number(match.Groups[2].Value))),
    ];

    // One that has not failed; its end may stand in a line of its own.
    private static List<(int Pid, string File)> Execs(string[] lines)
    {
        var execs = new List<(int, string)>();
        var unfinished = new Dictionary<int, string>();
        foreach (string line in lines)
        {
            if (Exec().Match(line) is { Success: true } exec)
                unfinished[Pid(line)] = exec.Groups[1].Value;
            if (line.EndsWith("= 0", StringComparison.Ordinal) && line.Contains("execve", StringComparison.Ordinal))
                execs.Add((Pid(line), unfinished[Pid(line)]));
        }

        return execs;
    }

    private static int Pid(string line) => Number(line.Split(' ')[0]);

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^(\d+) +(?:<\.\.\. )?(?:clone3?|v?fork)\b.* = (\d+)$")]
    private static partial Regex Birth();

    [GeneratedRegex("""^\d+ +execve\("([^"]*)",""")]
    private static partial Regex Exec();
}
