using System.CommandLine;

namespace ProcImage.CommandLine;

/// <summary>A command as its user sees it: its name, what it is for, and every option.</summary>
public sealed class CommandTable
{
    /// <param name="name">The name that is typed and that begins every message.</param>
    /// <param name="purpose">One sentence.</param>
    /// <param name="groups">The options; the last group receives help, usage and version besides its own.</param>
    public CommandTable(string name, string purpose, params IReadOnlyList<OptionGroup> groups)
    {
        Name = name;
        Symbol = new Command(name);
        Purpose = purpose;
        Groups = [.. groups.SkipLast(1), groups[^1] with { Rows = [.. groups[^1].Rows, Help, Usage, Version] }];
        Rows = [.. Groups.SelectMany(group => group.Rows)];
        foreach (var row in Rows)
            Symbol.Options.Add(row.Symbol);
    }

    public string Name { get; }

    public string Purpose { get; }

    public IReadOnlyList<OptionGroup> Groups { get; }

    public IReadOnlyList<OptionRow> Rows { get; }

    /// <summary>
    /// Once for all parsing, since an option remembers every command that it was added to. Not a RootCommand: that one
    /// brings directives and options of its own.
    /// </summary>
    internal Command Symbol { get; }

    internal Flag Help { get; } = new('?', "help", "print this help and exit") { Informs = true };

    internal Flag Usage { get; } = new(null, "usage", "print a short usage message and exit") { Informs = true };

    internal Flag Version { get; } = new('V', "version", "print the version and exit") { Informs = true };
}
