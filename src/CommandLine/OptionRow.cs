using System.CommandLine;

namespace ProcImage.CommandLine;

/// <summary>
/// One option of a command: what parser, help and usage all read, so that they cannot disagree.
/// </summary>
public abstract class OptionRow
{
    private protected OptionRow(char? letter, string name, string help)
    {
        Letter = letter;
        Name = name;
        Help = help;
    }

    public char? Letter { get; }

    /// <summary>The long name, without its dashes.</summary>
    public string Name { get; }

    public string Help { get; }

    /// <summary>What the help calls the value; null when the option takes none.</summary>
    public abstract string? ValueName { get; }

    /// <summary>The long name as a user types it.</summary>
    public string Dashed => "--" + Name;

    /// <summary>All names as a message shows them: <c>-p, --pid</c>.</summary>
    public string Names => Letter is { } letter ? $"-{letter}, {Dashed}" : Dashed;

    internal abstract Option Symbol { get; }
}
