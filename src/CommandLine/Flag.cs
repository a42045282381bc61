using System.CommandLine;

namespace ProcImage.CommandLine;

/// <summary>An option without a value. Giving it twice is the same as once.</summary>
public sealed class Flag : OptionRow
{
    /// <param name="letter">Short name; null: none.</param>
    /// <param name="name">Long name.</param>
    /// <param name="help">A few words.</param>
    /// <param name="word">What may stand behind the long name; null: nothing.</param>
    public Flag(char? letter, string name, string help, string? word = null)
        : base(letter, name, help)
    {
        Word = word;
        Symbol = word is null
            ? new Option<bool>(Dashed) { Arity = ArgumentArity.Zero }
            : new Option<string>(Dashed) { Arity = ArgumentArity.ZeroOrOne };
    }

    public override string? ValueName => null;

    public string? Word { get; }

    /// <summary>The command only informs and ends: nothing that follows is looked at.</summary>
    internal bool Informs { get; init; }

    internal override Option Symbol { get; }
}
