namespace ProcImage.CommandLine;

/// <summary>A command's options together with the rules that make one immutable record of them.</summary>
/// <param name="Table">Every option.</param>
/// <param name="Read">Applies the rules; throws a <see cref="CommandException"/> for what breaks them.</param>
public sealed record Command<TOptions>(CommandTable Table, Func<Arguments, TOptions> Read)
{
    /// <summary>Parses without running anything.</summary>
    public TOptions Parse(IEnumerable<string> args) => Read(ArgumentParser.Parse(Table, args));
}
