using System.Text;
using ProcImage.Tests.Fuzz;

namespace ProcImage.Tests.Kernel;

/// <summary>
/// The commands as they are started, with bytes that are no text among their words. The last word names pins of the
/// test's own, so that nothing else can be reached, and the loader cannot make them: it never comes to listen.
/// </summary>
public sealed class CommandLineFuzzTests(ITestOutputHelper log) : IDisposable
{
    private readonly string _words = Path.GetTempFileName();

    [Fact]
    public void The_loader_ends_in_a_line_and_a_status()
    {
        string nowhere = $"{Loader.NewDirectory()}/none";
        Run("proc_image", CommandLines.Loader, nowhere, [0, 1, 2, 3]);
    }

    [Fact]
    public void The_controller_ends_in_a_line_and_a_status_where_nothing_is_preloaded() =>
        Run("controller", CommandLines.Controller, Loader.NewDirectory(), [0, 2, 5]);

    [Fact]
    public void The_controller_ends_in_a_line_and_a_status_beside_a_loader()
    {
        var loader = Loader.Start();
        try
        {
            log.WriteLine("{0} lines", Fuzzing.Run(random =>
            {
                if (loader.HasExited) // somebody said -f
                {
                    loader.AssertNothingPinned();
                    loader.Dispose();
                    loader = Loader.Start();
                }

                RunOnce(random, "controller", CommandLines.Controller, loader.Directory, [0, 1, 2, 3]);
                Assert.Equal("", loader.Errors);
            }));
            if (!loader.HasExited)
                loader.Stop();
        }
        finally
        {
            loader.Dispose();
        }
    }

    public void Dispose() => File.Delete(_words);

    private void Run(string program, CommandLines lines, string directory, int[] statuses)
    {
        Requirements.Root();
        log.WriteLine("{0} lines", Fuzzing.Run(random => RunOnce(random, program, lines, directory, statuses)));
        Assert.False(Directory.Exists(directory), $"{directory} was made");
    }

    private void RunOnce(Random random, string program, CommandLines grammar, string directory, int[] statuses)
    {
        byte[] last = Encoding.UTF8.GetBytes($"--bpffs={directory}");
        byte[][] words = [.. grammar.Line(random).Select(word => Bytes(random, word)), last];
        File.WriteAllBytes(_words, [.. words.SelectMany(word => word.Append((byte)0))]);
        var ran = Ran.With(
            "timeout", "-k", "5", "20",
            "bash", "-c", $"mapfile -d '' -t words <{_words}; exec \"$@\" \"${{words[@]}}\"", "bash",
            Requirements.Built(program));
        string told = $"{Encoding.Latin1.GetString(File.ReadAllBytes(_words))}: status {ran.Status}: {ran.Error}";
        Assert.True(Array.IndexOf(statuses, ran.Status) >= 0, told);
        int lines = ran.Status == 0 || IsReport(ran) ? 0 : 1;
        Assert.True(ran.Error.Count(character => character == '\n') == lines, told);
        Assert.DoesNotContain("   at ", ran.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("nhandled", ran.Error, StringComparison.Ordinal);
    }

    // proc_image --check says on standard output what is not supported.
    private static bool IsReport(Ran ran) => ran.Status == 3 && ran.Output.Length > 0;

    private static byte[] Bytes(Random random, string word)
    {
        byte[] bytes = [.. Encoding.UTF8.GetBytes(word).Where(each => each != 0)];
        if (random.Chance(0.1) && bytes.Length > 0)
            bytes[random.Next(bytes.Length)] = (byte)random.Next(0x80, 0x100);
        return bytes;
    }
}
