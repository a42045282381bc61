using System.Text.RegularExpressions;
using ProcImage.CommandLine;

namespace ProcImage.Tests.Unit.Packaging;

/// <summary>The man pages, as a reader sees them.</summary>
public class ManPageTests
{
    [Theory]
    [MemberData(nameof(Packaged.Commands), MemberType = typeof(Packaged))]
    public void It_has_the_options_of_the_help_in_its_order(string command)
    {
        var expected = Packaged.Table(command).Rows
            .Select(row => row.ValueName is { } value ? $"{row.Names}={value}" : row.Names);
        Assert.Equal(expected, Tags(Section(command, "OPTIONS"))
            .Where(tag => tag.StartsWith('-')).Select(tag => Regex.Match(tag, "^(-., )?--\\S+").Value));
    }

    [Theory]
    [MemberData(nameof(Packaged.Commands), MemberType = typeof(Packaged))]
    public void It_names_no_option_that_neither_command_has(string command)
    {
        var known = Packaged.Tables.SelectMany(table => table.Rows).SelectMany(Packaged.Names)
            .Append("--now") // of systemctl
            .ToHashSet();
        Assert.Subset(known, Regex.Matches(Page(command), "(?<!\\S)--[a-z-]+").Select(match => match.Value).ToHashSet());
    }

    [Theory]
    [MemberData(nameof(Packaged.Commands), MemberType = typeof(Packaged))]
    public void It_has_every_exit_status(string command) => Assert.Equal(
        Enum.GetValues<ExitStatus>().Select(status => status.ToString("D")),
        Tags(Section(command, "EXIT STATUS")).Select(tag => tag.Split(' ')[0]));

    [Theory]
    [MemberData(nameof(Packaged.Commands), MemberType = typeof(Packaged))]
    public void Groff_and_mandoc_have_nothing_to_say(string command)
    {
        Assert.Equal("", Packaged.Said("groff", "-ww", "-z", "-man", "-Tutf8", Packaged.ManPage(command)));
        Assert.Equal("", Packaged.Said("mandoc", "-Tlint", "-Wstyle", Packaged.ManPage(command)));
    }

    private static string Page(string command) =>
        Packaged.Said("groff", "-man", "-Tascii", "-rHY=0", "-P-cbou", Packaged.ManPage(command));

    private static string Section(string command, string name) =>
        Regex.Match(Page(command), $"^{name}\\n(.*?)^\\S", RegexOptions.Multiline | RegexOptions.Singleline).Groups[1].Value;

    // Text stands further to the right, headings further to the left.
    private static IEnumerable<string> Tags(string section) => section.Split('\n')
        .Where(line => line.StartsWith("       ", StringComparison.Ordinal) && line.Length > 7 && line[7] != ' ')
        .Select(line => line[7..]);
}
