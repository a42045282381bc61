namespace ProcImage.Tests.Kernel;

/// <summary>A process may call itself what it likes: the terminal of who looks at it obeys no name.</summary>
public sealed class TerminalTests(ITestOutputHelper log) : KernelTest(log)
{
    private const string Name = "\e[31mX\nY";

    [Fact]
    public void The_text_iterator_has_a_row_a_thread_and_no_control_characters()
    {
        var named = Start("named", Name);
        Loader.Control("-rS", "-P", $"{named.Pid}");
        string text = Ran.With("cat", Loader.TextIterator).AssertDone().Output;
        Assert.DoesNotContain(text, character => character != '\n' && char.IsControl(character));
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        Assert.Equal(1 + Proc.Threads(named.Pid).Count, text.Count(character => character == '\n'));
    }

    [Fact]
    public void The_controller_answers_a_line_a_policy_and_no_control_characters()
    {
        var named = Start("named", Name);
        AssertShown(Loader.Control("-rS", "-P", $"{named.Pid}"));
        AssertShown(Loader.Control("--status").Split('\n').Single(line => line.Contains($"{named.Pid}")) + "\n");
        AssertShown(Loader.Control("-d", "-r"));
    }

    [Fact]
    public void The_loader_tells_of_a_policy_in_a_line_and_shows_a_row_a_process_on_a_terminal()
    {
        var named = Start("named", Name);
        string directory = Loader.NewDirectory();
        string[] command = [Requirements.Built("proc_image"), "-a", "--listen", "none", "--bpffs", directory];
        var loader = Own(new Child(
            Requirements.Installed("script", "bsdutils"), "-qefc", string.Join(' ', command), "/dev/null"));
        AwaitLine(loader, "preloaded");
        Ran.With(Requirements.Built("controller"), "-rS", "-P", $"{named.Pid}", "--bpffs", directory).AssertDone();
        AssertShown(AwaitLine(loader, $"process {named.Pid} ") + "\n");
        AssertShown(AwaitLine(loader, $"{named.Pid} ") + "\n");
        Ran.With(Requirements.Built("controller"), "-f", "--bpffs", directory).AssertDone();
        Assert.Equal(0, loader.AwaitExit(TimeSpan.FromSeconds(10)));
    }

    /// <summary>Whatever comes before it has no control characters either.</summary>
    private static string AwaitLine(Child loader, string part)
    {
        while (true)
        {
            string line = loader.ReadLine(TimeSpan.FromSeconds(10));
            Assert.DoesNotContain(line, char.IsControl);
            if (line.Contains(part, StringComparison.Ordinal))
                return line;
        }
    }

    private static void AssertShown(string line)
    {
        Assert.DoesNotContain(line.TrimEnd('\n'), char.IsControl);
        Assert.Contains(@"\u001b[31mX\nY", line, StringComparison.Ordinal);
    }
}
