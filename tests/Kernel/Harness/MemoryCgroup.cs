using System.Globalization;

namespace ProcImage.Tests.Kernel.Harness;

/// <summary>A memory cgroup with a limit, of the first or second version; it ends with those that are in it.</summary>
public sealed class MemoryCgroup : IDisposable
{
    private const string Second = "/sys/fs/cgroup";
    private const string First = "/sys/fs/cgroup/memory";
    private readonly string _directory;

    public MemoryCgroup(string name, long limit)
    {
        bool isFirst = File.Exists(Path.Combine(First, "memory.limit_in_bytes"));
        if (!isFirst)
            EnableInSecond();
        Name = $"/{name}_{Environment.ProcessId}";
        _directory = (isFirst ? First : Second) + Name;
        Directory.CreateDirectory(_directory);
        Write(isFirst ? "memory.limit_in_bytes" : "memory.max", limit);
    }

    /// <summary>From the root of the hierarchy.</summary>
    public string Name { get; }

    public void Take(int pid) => Write("cgroup.procs", pid);

    /// <summary>A process that is killed is in its cgroup until it is reaped.</summary>
    public void Dispose() => Eventually.True(IsRemoved, $"{_directory} can be removed");

    private bool IsRemoved()
    {
        foreach (string pid in File.ReadLines(Path.Combine(_directory, "cgroup.procs")))
            Signals.Send(int.Parse(pid, CultureInfo.InvariantCulture), Signals.Kill);
        try
        {
            Directory.Delete(_directory);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private void Write(string file, long value) => File.WriteAllText(Path.Combine(_directory, file), $"{value}");

    private static void EnableInSecond()
    {
        string controllers = Path.Combine(Second, "cgroup.controllers");
        if (!File.Exists(controllers) || !File.ReadAllText(controllers).Split(' ', '\n').Contains("memory"))
            Assert.Fail($"no memory cgroup: mount -t cgroup -o memory none {First}");
        File.WriteAllText(Path.Combine(Second, "cgroup.subtree_control"), "+memory");
    }
}
