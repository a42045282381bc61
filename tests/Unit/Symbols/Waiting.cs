using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using ProcImage.Abi;
using ProcImage.Symbols;

namespace ProcImage.Tests.Unit.Symbols;

/// <summary>A process that has said a first line and then waits in a system call; it ends with the test.</summary>
internal sealed class Waiting : IDisposable
{
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(30);
    private readonly Process _process;

    private Waiting(Process process)
    {
        _process = process;
        FirstLine = ReadLine();
    }

    public int Pid => _process.Id;

    public string FirstLine { get; }

    public ulong StartId => ProcStat.Read(Pid).StartTicks * ProcStat.NanosecondsPerTick;

    public static Waiting Start(string program, params string[] arguments) => Start([], program, arguments);

    public static Waiting Start((string Name, string Value)[] environment, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return new Waiting(Process.Start(start)!);
    }

    public string ReadLine()
    {
        var line = _process.StandardOutput.ReadLineAsync();
        Assert.True(line.Wait(_limit), "it says nothing");
        return Assert.IsType<string>(line.Result);
    }

    public ProcessSymbols Symbols(SymbolCache? cache = null)
    {
        var symbols = ProcessSymbols.Open(Pid, StartId, cache ?? new SymbolCache());
        return Assert.IsType<ProcessSymbols>(symbols);
    }

    /// <summary>Where its first thread waits: it is still there a while later.</summary>
    public (ulong Instruction, ulong Stack) Registers()
    {
        var watch = Stopwatch.StartNew();
        var before = "";
        while (watch.Elapsed < _limit)
        {
            var (call, switches) = (ProcFile.Read($"/proc/{Pid}/syscall"), Switches());
            var fields = call.TrimEnd().Split(' ');
            if (fields.Length > 3 && call + switches == before)
                return (Hexadecimal(fields[^1]), Hexadecimal(fields[^2]));
            before = call + switches;
            Thread.Sleep(50);
        }

        throw new TimeoutException("it does not wait");
    }

    /// <summary>Fewer where its memory ends.</summary>
    public ulong[] Words(ulong address, int count)
    {
        using var memory = File.OpenHandle($"/proc/{Pid}/mem");
        var words = new ulong[count];
        var length = RandomAccess.Read(memory, MemoryMarshal.AsBytes(words.AsSpan()), (long)address);
        return words[..(length / sizeof(ulong))];
    }

    /// <summary>What a walk along frame pointers finds.</summary>
    public ulong[] Walk(ulong instruction, ulong frame)
    {
        var walk = new List<ulong> { instruction };
        while (frame != 0 && walk.Count < 32 && Words(frame, 2) is [var next, var caller])
        {
            walk.Add(caller);
            if (next <= frame)
                break;
            frame = next;
        }

        return [.. walk];
    }

    /// <summary>All names that the words on its stack stand for.</summary>
    public IReadOnlyList<string> NamesOnStack(ProcessSymbols symbols, int words)
    {
        var (_, stack) = Registers();
        return [.. Words(stack, words).Select(word => symbols.Resolve(word, isReturn: true).Name)];
    }

    private string Switches() =>
        File.ReadLines($"/proc/{Pid}/status").Single(line => line.StartsWith("voluntary", StringComparison.Ordinal));

    public static ulong Hexadecimal(string text) => ulong.Parse(
        text.Replace("0x", "", StringComparison.Ordinal), NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    public void End()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.WaitForExit(_limit);
    }

    public void Dispose()
    {
        End();
        _process.Dispose();
    }
}
