using System.Text.RegularExpressions;

namespace ProcImage.Tests.Unit.Packaging;

/// <summary>The completions, asked in the shells that they are for.</summary>
public sealed class CompletionTests : IDisposable
{
    private const string Asking =
        """
        source "$1"
        COMP_WORDS=("${@:2}") COMP_CWORD=$(($# - 2))
        "$(complete -p "$2" | sed 's/.*-F \([^ ]*\) .*/\1/')"
        [[ ! ${COMPREPLY[*]} ]] || printf '%s\n' "${COMPREPLY[@]}"
        """;

    private readonly string _directory = Directory.CreateTempSubdirectory("proc-image-completion-").FullName;

    [Theory]
    [MemberData(nameof(Packaged.Commands), MemberType = typeof(Packaged))]
    public void Bash_offers_the_options_of_the_help_and_no_other(string command) =>
        Assert.Equal(Packaged.Table(command).Rows.SelectMany(Packaged.Names), Bash(command, "-"));

    [Theory]
    [InlineData("controller", "--s", "--status", "--syscall", "--schedule")]
    [InlineData("controller", "-rS --fol", "--follow")]
    [InlineData("controller", "--keytime = ", "0", "1")]
    [InlineData("controller", "--keytime 1", "1")]
    [InlineData("controller", "-rk ", "0", "1")]
    [InlineData("controller", "--time ")]
    [InlineData("controller", "-t 5")]
    [InlineData("controller", "-k1 --follo", "--follow")]
    [InlineData("proc_image", "--listen ", "none", "unix:")]
    [InlineData("proc_image", "--listen = n", "none")]
    [InlineData("proc_image", "--linger ")]
    [InlineData("proc_image", "--group roo", "root")]
    [InlineData("proc_image", "-a --qu", "--quiet")]
    public void Bash_completes(string command, string words, params string[] completions) =>
        Assert.Equal(completions, Bash(command, words.Split(' ')));

    [Theory]
    [InlineData("controller")]
    [InlineData("proc_image")]
    public void Bash_offers_directories_for_the_pins(string command)
    {
        Directory.CreateDirectory(Path.Combine(_directory, "pins of mine"));
        File.WriteAllText(Path.Combine(_directory, "pins.txt"), "");
        string[] expected = [Path.Combine(_directory, "pins of mine")];
        Assert.Equal(expected, Bash(command, "--bpffs", _directory + "/pi"));
        Assert.Equal(expected, Bash(command, "--bpffs", "=", _directory + "/pi"));
    }

    [Fact]
    public void Bash_offers_files_for_a_socket()
    {
        File.WriteAllText(Path.Combine(_directory, "socket"), "");
        Assert.Equal(
            [Path.Combine(_directory, "socket")],
            Bash("proc_image", "--listen", "=", "unix", ":", _directory + "/so"));
    }

    [Theory]
    [InlineData("-P")]
    [InlineData("-p")]
    [InlineData("-rSP")]
    [InlineData("--tgid")]
    [InlineData("--pid", "=")]
    public void Bash_offers_what_runs(params string[] option)
    {
        string self = $"{Environment.ProcessId}";
        Assert.Contains(self, Bash("controller", [.. option, self[..1]]));
        Assert.All(Bash("controller", [.. option, self[..1]]), offered => Assert.Matches($"^{self[..1]}[0-9]*$", offered));
    }

    [Fact]
    public void Bash_tells_threads_from_processes()
    {
        string self = $"{Environment.ProcessId}";
        string[] threads = [.. Directory.GetDirectories("/proc/self/task").Select(task => Path.GetFileName(task)!)];
        Assert.Contains(Bash("controller", "-p", ""), offered => threads.Contains(offered) && offered != self);
        Assert.DoesNotContain(Bash("controller", "-P", ""), offered => threads.Contains(offered) && offered != self);
    }

    [Fact]
    public void Bash_offers_the_CPUs() => Assert.Contains("0", Bash("controller", "-c", ""));

    [Theory]
    [MemberData(nameof(Packaged.Commands), MemberType = typeof(Packaged))]
    public void Zsh_reads_it(string command) => Assert.Equal("", Packaged.Said("zsh", "-n", Packaged.ForZsh(command)));

    [Theory]
    [MemberData(nameof(Packaged.Commands), MemberType = typeof(Packaged))]
    public void Zsh_has_the_options_of_the_help_and_no_other(string command)
    {
        var expected = Packaged.Table(command).Rows
            .SelectMany(row => Packaged.Names(row).Select(name => (name, row.ValueName is not null)));
        Assert.Equal(expected, Specifications(command));
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    /// <summary>What bash offers for the last of these words. It has ended words at '=' and ':' by then.</summary>
    private static string[] Bash(string command, params string[] words) => Packaged.Said(
        "bash", ["--norc", "-c", Asking, "bash", Packaged.ForBash(command), command, .. words])
        .Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The options that zsh's _arguments is given, and whether they take a value.</summary>
    private static IEnumerable<(string Name, bool HasValue)> Specifications(string command)
    {
        string said = Packaged.Said(
            "zsh", "-f", "-c", "_arguments() { print -rl -- \"$@\" }; source \"$1\"", "zsh", Packaged.ForZsh(command));
        var specifications = said.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["-s", "-S"], specifications[..2]);
        foreach (string specification in specifications[2..])
        {
            var parts = Regex.Match(specification, @"^(\([^)]*\))?(?<name>-[^\[=+]+)(?<value>[=+]?)\[.+\](?<action>:.+:.*)?$");
            Assert.True(parts.Success, specification);
            Assert.Equal(parts.Groups["value"].Value.Length > 0, parts.Groups["action"].Success);
            yield return (parts.Groups["name"].Value, parts.Groups["value"].Value.Length > 0);
        }
    }
}
