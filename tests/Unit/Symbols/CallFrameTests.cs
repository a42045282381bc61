using System.Globalization;
using System.Text.RegularExpressions;
using ProcImage.Symbols;

namespace ProcImage.Tests.Unit.Symbols;

/// <summary>Against readelf, which interprets the same call frames, for every function of libc.</summary>
public sealed partial class CallFrameTests
{
    private const int Least = 1000; // rows

    [Fact]
    public void The_caller_is_where_readelf_says()
    {
        var libc = MemoryMap.OfProcess(Environment.ProcessId, isCodeOnly: true).Mappings
            .First(mapping => Path.GetFileName(mapping.Path).StartsWith("libc.so", StringComparison.Ordinal)).Path;
        var bytes = new MemoryBytes(File.ReadAllBytes(libc));
        var frames = new CallFrameIndex(bytes, ElfFile.Read(bytes));
        var (rows, isFunction, signals, frame) = (0, false, new HashSet<string>(), -1);
        foreach (var line in Ran.With("readelf", "-wNF", libc).AssertDone().Output.Split('\n'))
        {
            if (Common().Match(line) is { Success: true } common)
            {
                isFunction = false;
                if (common.Groups[2].Value.Contains('S', StringComparison.Ordinal))
                    signals.Add(common.Groups[1].Value);
            }
            else if (Function().Match(line) is { Success: true } function)
            {
                isFunction = !signals.Contains(function.Groups[1].Value);
            }
            else if (line.StartsWith("   LOC ", StringComparison.Ordinal))
            {
                frame = Array.IndexOf(Columns(line), "rbp");
            }
            else if (isFunction && Row().Match(line) is { Success: true } row)
            {
                rows++;
                var step = frames.StepAt(Waiting.Hexadecimal(row.Groups[1].Value));
                var isFirst = Columns(line)[^1] == "u"; // no return address
                var rule = frame < 0 ? "u" : Columns(line)[frame];
                Assert.True((isFirst ? CallerStep.Nobody : Expected(row.Groups[2].Value, rule)) == step, $"{line}: {step}");
            }
        }

        Assert.InRange(rows, Least, int.MaxValue);
    }

    /// <summary>A register that is in another one is <c>r10 (r10)</c>.</summary>
    private static string[] Columns(string line) =>
        [.. line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(column => column[0] != '(')];

    /// <param name="frame">What the frame is counted from.</param>
    /// <param name="rule">Where the frame pointer is: <c>c-16</c>, <c>u</c> where it is not saved.</param>
    private static CallerStep Expected(string frame, string rule)
    {
        var offset = frame.Contains('+', StringComparison.Ordinal)
            ? ulong.Parse(frame.Split('+')[1], CultureInfo.InvariantCulture)
            : 0;
        return frame[..3] switch
        {
            "rbp" => CallerStep.FramePointer,
            "rsp" when offset >= 8 && offset % 8 == 0 => new CallerStep(CallerKind.StackPointer, offset - 8, ToFrame(offset, rule)),
            _ => CallerStep.Unknown,
        };
    }

    private static ulong? ToFrame(ulong offset, string rule) =>
        rule is "u" or "s" ? null
        : rule.StartsWith("c-", StringComparison.Ordinal)
            && ulong.Parse(rule[2..], CultureInfo.InvariantCulture) is var behind && behind <= offset ? offset - behind
        : CallerStep.Elsewhere; // or on what was the stack before it was popped

    [GeneratedRegex("^([0-9a-f]+) [0-9a-f]+ [0-9a-f]+ CIE \"(.*)\"")]
    private static partial Regex Common();

    [GeneratedRegex(" FDE cie=([0-9a-f]+) ")]
    private static partial Regex Function();

    [GeneratedRegex("^([0-9a-f]{16}) ([a-z0-9]+(\\+[0-9]+)?) ")]
    private static partial Regex Row();
}
