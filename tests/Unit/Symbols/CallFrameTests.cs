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
        var (rows, isFunction, signals) = (0, false, new HashSet<string>());
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
            else if (isFunction && Row().Match(line) is { Success: true } row)
            {
                rows++;
                var step = frames.StepAt(Waiting.Hexadecimal(row.Groups[1].Value));
                Assert.True(Expected(row.Groups[2].Value) == step, $"{line}: {step}");
            }
        }

        Assert.InRange(rows, Least, int.MaxValue);
    }

    private static CallerStep Expected(string frame)
    {
        var offset = frame.Contains('+', StringComparison.Ordinal)
            ? ulong.Parse(frame.Split('+')[1], CultureInfo.InvariantCulture)
            : 0;
        return frame[..3] switch
        {
            "rbp" => CallerStep.FramePointer,
            "rsp" when offset >= 8 && offset % 8 == 0 => new CallerStep(CallerKind.StackPointer, offset - 8),
            _ => CallerStep.Unknown,
        };
    }

    [GeneratedRegex("^([0-9a-f]+) [0-9a-f]+ [0-9a-f]+ CIE \"(.*)\"")]
    private static partial Regex Common();

    [GeneratedRegex(" FDE cie=([0-9a-f]+) ")]
    private static partial Regex Function();

    [GeneratedRegex("^([0-9a-f]{16}) ([a-z0-9]+(\\+[0-9]+)?) ")]
    private static partial Regex Row();
}
