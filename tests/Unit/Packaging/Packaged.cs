using System.Runtime.CompilerServices;
using ProcImage.CommandLine;
using ProcImage.Controller;

namespace ProcImage.Tests.Unit.Packaging;

/// <summary>What the packages have beside the two commands, and the programs that read it.</summary>
internal static class Packaged
{
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(20);
    private static readonly string _directory = Find();

    public static CommandTable[] Tables => [LoaderCommandLine.Command.Table, ControllerCommandLine.Command.Table];

    public static TheoryData<string> Commands() => new(Tables.Select(table => table.Name));

    public static CommandTable Table(string command) => Tables.Single(table => table.Name == command);

    public static string ManPage(string command) => Path.Combine(_directory, "man", command + ".8");

    public static string ForBash(string command) => Path.Combine(_directory, "bash-completion", command);

    public static string ForZsh(string command) => Path.Combine(_directory, "zsh", "_" + command);

    /// <summary>The names of an option as they are typed.</summary>
    public static string[] Names(OptionRow option) =>
        option.Letter is { } letter ? [$"-{letter}", option.Dashed] : [option.Dashed];

    /// <summary>What a program says to its end, without a word on standard error. One that is missing fails the test.</summary>
    public static string Said(string program, params string[] arguments)
    {
        var ran = Ran.Within(_limit, "", "", "env", ["LC_ALL=C", program, .. arguments]);
        Assert.Equal("", ran.Error);
        return ran.Output;
    }

    // From the source: the binaries may stand anywhere.
    private static string Find([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../../packaging"));
}
