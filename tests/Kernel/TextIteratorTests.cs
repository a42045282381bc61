namespace ProcImage.Tests.Kernel;

/// <summary>cat DIR/iters/text: a table with none of our programs running.</summary>
public sealed class TextIteratorTests(ITestOutputHelper log) : KernelTest(log)
{
    [Fact]
    public void Cat_shows_the_imaged_process_also_without_a_loader()
    {
        var (imaged, other) = (Start("naps", 1009), Start("naps", 1009));
        Loader.Control("-rS", "-P", $"{imaged.Pid}");
        var before = Proc.ProcessSchedStat(imaged.Pid);
        Loader.Signal(Signals.Kill);
        Loader.AwaitExit();
        imaged.Go();
        string[] lines = Ran.With("cat", Loader.TextIterator).AssertDone().Output.TrimEnd('\n').Split('\n');
        string[] names = Cells(lines[0]), row = Cells(Assert.Single(lines.Skip(1)));
        Assert.Equal($"{imaged.Pid}", row[Array.IndexOf(names, "TGID")]);
        Assert.Equal("naps", row[Array.IndexOf(names, "COMM")]);
        Assert.Equal($"{Proc.ProcessSchedStat(imaged.Pid).RunTime}", row[Array.IndexOf(names, "CPU_NS")]);
        Assert.Equal(
            $"{(Proc.ProcessSchedStat(imaged.Pid) - before).Delay}", row[Array.IndexOf(names, "DELAY_NS")]);
        Assert.DoesNotContain($"{other.Pid}", row);
        Loader.Control("-f");
    }

    private static string[] Cells(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
