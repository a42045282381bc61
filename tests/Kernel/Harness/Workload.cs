using System.Globalization;

namespace ProcImage.Tests.Kernel.Harness;

/// <summary>
/// A program of tests/workloads. It says 'ready' and its pids, works from 'go' to 'done', and sleeps before and after:
/// its figures stand still while they are read.
/// </summary>
public sealed class Workload : IDisposable
{
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(60);
    private readonly Child _child;

    private Workload(Child child)
    {
        _child = child;
        Pids = [.. Answer("ready").Select(pid => int.Parse(pid, CultureInfo.InvariantCulture))];
        AwaitRest();
    }

    public int Pid => Pids[0];

    public IReadOnlyList<int> Pids { get; }

    public static Workload Start(string name, params object[] arguments) =>
        new(new Child(Workloads.PathOf(name), Texts(arguments)));

    /// <summary>As the child of a program that says what wait4 reports of it, see <see cref="AwaitReport"/>.</summary>
    public static Workload StartWaitedFor(string name, params object[] arguments) =>
        new(new Child(Workloads.PathOf("waiter"), [Workloads.PathOf(name), .. Texts(arguments)]));

    /// <summary>The work, from 'go' to 'done' and at rest again; returns what stood behind 'done'.</summary>
    public IReadOnlyList<long> Go()
    {
        Begin();
        var done = AwaitDone();
        AwaitRest();
        return done;
    }

    public void Begin() => Say("go");

    public void Say(string line) => _child.Say(line);

    public IReadOnlyList<long> AwaitDone() =>
        [.. Answer("done").Select(number => long.Parse(number, CultureInfo.InvariantCulture))];

    public void AwaitRest()
    {
        foreach (int pid in Pids)
            Eventually.True(() => IsAtRest(pid), $"{_child.Name} {pid} at rest");
    }

    public string ReadLine() => _child.ReadLine(_limit);

    /// <summary>Ends it the way it ends by itself; returns its status.</summary>
    public int End()
    {
        _child.EndInput();
        return _child.AwaitExit(_limit);
    }

    /// <summary>Likewise, for one that is waited for.</summary>
    public WaitReport AwaitReport()
    {
        _child.EndInput();
        return WaitReport.Parse(ReadLine());
    }

    /// <summary>Whoever waits for it no longer does: at its end it stays a zombie.</summary>
    public void StopWaiting()
    {
        _child.Signal(Signals.Stop);
        Eventually.True(() => Proc.Stat(_child.Pid).State == 'T', "the waiter has stopped");
    }

    public void Dispose() => _child.Dispose();

    private static string[] Texts(object[] arguments) =>
        [.. arguments.Select(argument => Convert.ToString(argument, CultureInfo.InvariantCulture)!)];

    private IEnumerable<string> Answer(string word)
    {
        string line = ReadLine();
        Assert.True(line == word || line.StartsWith(word + " ", StringComparison.Ordinal), $"{word}? {line}");
        return line.Split(' ').Skip(1);
    }

    private static bool IsAtRest(int pid)
    {
        var before = Proc.ProcessSchedStat(pid);
        if (Proc.Threads(pid).Any(tid => Proc.ThreadStat(pid, tid).State is not ('S' or 'Z')))
            return false;
        Thread.Sleep(5);
        return Proc.ProcessSchedStat(pid) == before;
    }
}
