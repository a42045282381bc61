using System.Diagnostics;

namespace ProcImage.Tests.Kernel.Harness;

/// <summary>A process of ours: what it says is kept line by line, and it ends with its owner.</summary>
public sealed class Child : IDisposable
{
    private readonly Process _process;
    private readonly Queue<string> _output = new();
    private readonly List<string> _errors = [];

    public Child(string program, params string[] arguments)
    {
        Name = Path.GetFileName(program);
        _process = new Process
        {
            StartInfo = new ProcessStartInfo(program, arguments)
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            },
        };
        _process.OutputDataReceived += (_, line) => KeepOutput(line.Data);
        _process.ErrorDataReceived += (_, line) => KeepError(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        Pid = _process.Id;
    }

    public string Name { get; }

    public int Pid { get; }

    public bool HasExited => _process.HasExited;

    public string Errors
    {
        get
        {
            lock (_errors)
                return string.Join('\n', _errors);
        }
    }

    public void Say(string line)
    {
        _process.StandardInput.WriteLine(line);
        _process.StandardInput.Flush();
    }

    public void EndInput() => _process.StandardInput.Close();

    public string ReadLine(TimeSpan limit)
    {
        var watch = Stopwatch.StartNew();
        lock (_output)
        {
            while (_output.Count == 0)
            {
                var left = limit - watch.Elapsed;
                if (left <= TimeSpan.Zero || !Monitor.Wait(_output, left))
                    throw new TimeoutException($"{Name} has said nothing for {limit.TotalSeconds} s; {Errors}");
            }

            return _output.Dequeue();
        }
    }

    public void Signal(int signal) => Signals.Send(Pid, signal);

    public int AwaitExit(TimeSpan limit) => _process.WaitForExit(limit)
        ? _process.ExitCode
        : throw new TimeoutException($"{Name} has not ended after {limit.TotalSeconds} s; {Errors}");

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.WaitForExit(TimeSpan.FromSeconds(10));
        _process.Dispose();
    }

    private void KeepOutput(string? line)
    {
        if (line is null)
            return;
        lock (_output)
        {
            _output.Enqueue(line);
            Monitor.PulseAll(_output);
        }
    }

    private void KeepError(string? line)
    {
        if (line is null)
            return;
        lock (_errors)
            _errors.Add(line);
    }
}
