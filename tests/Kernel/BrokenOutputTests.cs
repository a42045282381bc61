namespace ProcImage.Tests.Kernel;

/// <summary>
/// A full disk or no standard output at all: status 1 and one line. What a command has changed by then stays changed,
/// and the line says it.
/// </summary>
public sealed class BrokenOutputTests(ITestOutputHelper log) : KernelTest(log)
{
    private const string Full = ">/dev/full";
    private const string Closed = ">&-";

    public static TheoryData<string, string, string> Informing
    {
        get
        {
            var data = new TheoryData<string, string, string>();
            foreach (string redirection in new[] { Full, Closed })
            {
                foreach (string option in new[] { "--help", "--usage", "--version", "--check" })
                    data.Add("proc_image", option, redirection);
                foreach (string option in new[] { "--help", "--usage", "--version", "--status", "--status --json" })
                    data.Add("controller", option, redirection);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Informing))]
    public void What_only_informs_fails(string program, string options, string redirection)
    {
        string before = Pinned.State(Loader.Directory);
        AssertFailed(Run(redirection, program, [.. options.Split(' '), "--bpffs", Loader.Directory]));
        Assert.Equal(before, Pinned.State(Loader.Directory));
    }

    [Theory]
    [InlineData(Full)]
    [InlineData(Closed)]
    public void A_loader_that_cannot_say_where_it_listens_takes_everything_down(string redirection)
    {
        string directory = Harness.Loader.NewDirectory();
        AssertFailed(Run(redirection, "proc_image", "-a", "--listen", "127.0.0.1:0", "--bpffs", directory));
        Assert.False(Directory.Exists(directory));
    }

    [Theory]
    [InlineData(Full)]
    [InlineData(Closed)]
    public void A_controller_that_cannot_answer_says_what_it_has_done(string redirection)
    {
        var naps = Start("naps", 11);
        string target = $"{naps.Pid}";
        AssertDone("imaging process", "-r", "-P", target);
        Assert.Equal(1, Loader.Status().GetProperty("policies").GetArrayLength());
        AssertDone("+schedule", "-S", "-P", target);
        AssertDone("-schedule", "-dS", "-P", target);
        AssertDone("removed policy", "-d");
        Assert.Equal(0, Loader.Status().GetProperty("policies").GetArrayLength());
        AssertDone("finished: 12 hooks", "-f");
        Loader.AwaitExit();
        Loader.AssertNothingPinned();

        void AssertDone(string done, params string[] arguments)
        {
            var ran = Run(redirection, "controller", [.. arguments, "--bpffs", Loader.Directory]);
            AssertFailed(ran);
            Assert.Contains(done, ran.Error, StringComparison.Ordinal);
            Assert.Contains("this is done", ran.Error, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("2>&-", 5)]
    [InlineData("2>/dev/full", 5)]
    [InlineData(">&- 2>&-", 5)]
    [InlineData("<&- >&- 2>&-", 5)]
    public void Without_standard_error_the_status_still_says_it(string redirection, int status)
    {
        var ran = Run(redirection, "controller", "--status", "--bpffs", Harness.Loader.NewDirectory());
        Assert.Equal((status, "", ""), (ran.Status, ran.Output, ran.Error));
        ran = Run(redirection, "proc_image", "--wrong");
        Assert.Equal((2, "", ""), (ran.Status, ran.Output, ran.Error));
    }

    /// <summary>The runtime opens files of its own in the place of descriptors that are closed.</summary>
    [Fact]
    public void A_loader_without_any_descriptor_writes_into_nothing_of_its_own()
    {
        string directory = Harness.Loader.NewDirectory();
        var ran = Run("<&- >&- 2>&-", "proc_image", "-a", "--listen", "127.0.0.1:0", "--bpffs", directory);
        Assert.Equal(1, ran.Status);
        Assert.False(Directory.Exists(directory));
    }

    [Fact]
    public void A_loader_without_standard_error_serves()
    {
        using var loader = Harness.Loader.StartBy("sh", "-c", "exec \"$@\" 2>&-", "sh");
        loader.Control("-r");
        Assert.True(loader.Scrape().Has("proc_image_policies"));
        loader.Stop();
    }

    private static void AssertFailed(Ran ran)
    {
        ran.AssertRefused(1);
        Assert.Contains("cannot write to standard output: ", ran.Error, StringComparison.Ordinal);
    }

    private static Ran Run(string redirection, string program, params string[] arguments) => Ran.With(
        "timeout", ["20", "sh", "-c", $"exec \"$@\" {redirection}", "sh", Requirements.Built(program), .. arguments]);
}
