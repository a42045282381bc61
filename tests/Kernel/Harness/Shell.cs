namespace ProcImage.Tests.Kernel.Harness;

/// <summary>
/// A shell that runs what it is told line by line, and ends with all that it has started. It has the CPU when it wants it:
/// on a machine that others load a process that never rests would look like one that rests.
/// </summary>
public sealed class Shell : IDisposable
{
    private readonly Child _child;

    /// <param name="name">Of the program.</param>
    public Shell(string name)
    {
        _child = new Child(
            Requirements.Installed("nice", "coreutils"), "-n", "-20", Requirements.Installed(name, name));
        Eventually.True(() => Proc.Stat(Pid) is { Comm: var comm, State: 'S' } && comm == name, $"{name} waits for a command");
    }

    public int Pid => _child.Pid;

    public void Say(string line) => _child.Say(line);

    /// <summary>How many processes of that name there are among those that it has started, and those have started.</summary>
    public int Started(string comm) => Proc.Processes().Count(pid => IsOurs(pid, comm));

    /// <summary>After its last command.</summary>
    public void AwaitExit(TimeSpan limit) => _child.AwaitExit(limit);

    public void Dispose() => _child.Dispose();

    private bool IsOurs(int pid, string comm)
    {
        try
        {
            if (Proc.Stat(pid).Comm != comm)
                return false;
            while (pid > 1 && pid != Pid)
                pid = Proc.Stat(pid).Parent;
            return pid == Pid;
        }
        catch (IOException)
        {
            return false; // it has ended meanwhile
        }
    }
}
