using System.CommandLine;

namespace ProcImage.CommandLine;

/// <summary>An option without a value. Giving it twice is the same as once.</summary>
public sealed class Flag : OptionRow
{
    public Flag(char? letter, string name, string help)
        : base(letter, name, help) =>
        Symbol = new Option<bool>(Dashed) { Arity = ArgumentArity.Zero };

    public override string? ValueName => null;

    /// <summary>What may stand behind the long name: it says the same. Null: nothing.</summary>
    public string? Word { get; init; }

    /// <summary>The command only informs and ends: nothing that follows is looked at.</summary>
    internal bool Informs { get; init; }

    internal override Option Symbol { get; }
}
