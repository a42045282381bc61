using System.CommandLine;

namespace ProcImage.CommandLine;

/// <summary>The options that were given, with their values checked one by one.</summary>
public sealed class Arguments
{
    private readonly ParseResult _result;

    internal Arguments(ParseResult result) => _result = result;

    public bool Has(OptionRow row) => _result.GetResult(row.Symbol) is { Implicit: false };

    /// <summary>Whether its word was given with it, at least once.</summary>
    public bool HasWord(Flag row) => _result.GetResult(row.Symbol) is { Tokens.Count: > 0 };

    public T Value<T>(Valued<T> row, T otherwise) => Has(row) ? _result.GetRequiredValue(row.Typed) : otherwise;
}
