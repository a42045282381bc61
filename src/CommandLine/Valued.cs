using System.CommandLine;
using System.CommandLine.Parsing;

namespace ProcImage.CommandLine;

/// <summary>
/// An option with a value. Given more than once, every value is checked and the last one counts.
/// </summary>
public sealed class Valued<T> : OptionRow
{
    private readonly ValueParser<T> _parse;

    public Valued(char? letter, string name, string valueName, string help, ValueParser<T> parse)
        : base(letter, name, help)
    {
        ValueName = valueName;
        _parse = parse;
        Typed = new Option<T>(Dashed) { Arity = ArgumentArity.OneOrMore, CustomParser = ParseAll };
    }

    public override string ValueName { get; }

    internal Option<T> Typed { get; }

    internal override Option Symbol => Typed;

    private T? ParseAll(ArgumentResult given)
    {
        T? last = default;
        try
        {
            foreach (var token in given.Tokens)
                last = _parse(Dashed, token.Value);
        }
        catch (CommandException refused)
        {
            given.AddError(refused.Message);
        }

        return last;
    }
}
