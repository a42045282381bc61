namespace ProcImage.CommandLine;

/// <summary>Runs a command from its arguments to its exit status; nothing is thrown past it.</summary>
public sealed class CommandRunner<TOptions>(Command<TOptions> command, CommandConsole? console = null)
{
    private readonly CommandConsole _console = console ?? CommandConsole.Standard;

    private string Name => command.Table.Name;

    /// <summary>
    /// Says in the user's words what an anticipated exception means; null for what nobody expected.
    /// </summary>
    public Func<Exception, CommandException?> Explain { get; init; } = _ => null;

    public int Run(IEnumerable<string> args, Func<TOptions, CommandConsole, ExitStatus> body) =>
        RunAsync(args, (options, console) => Task.FromResult(body(options, console))).GetAwaiter().GetResult();

    public async Task<int> RunAsync(IEnumerable<string> args, Func<TOptions, CommandConsole, Task<ExitStatus>> body)
    {
        try
        {
            return (int)await ParseAndRun(args, body);
        }
        catch (CommandException anticipated)
        {
            return Fail(anticipated.Status, $"{Name}: {OneLine.Of(anticipated.Message)}");
        }
        catch (OutputException broken)
        {
            return Fail(ExitStatus.Failed, $"{Name}: {broken.Message}");
        }
        catch (Exception exception)
        {
            return Explain(exception) is { } explained
                ? Fail(explained.Status, $"{Name}: {OneLine.Of(explained.Message)}")
                : Fail(ExitStatus.Failed, $"{Name}: unexpected: {exception}");
        }
    }

    private async Task<ExitStatus> ParseAndRun(
        IEnumerable<string> args, Func<TOptions, CommandConsole, Task<ExitStatus>> body)
    {
        TOptions options;
        try
        {
            var arguments = ArgumentParser.Parse(command.Table, args);
            if (Information(arguments) is { } text)
            {
                _console.Output.Write(text);
                _console.Output.Flush();
                return ExitStatus.Done;
            }

            options = command.Read(arguments);
        }
        catch (CommandException refused) when (refused.Status == ExitStatus.Usage)
        {
            throw new CommandException(ExitStatus.Usage, $"{refused.Message}; try '{Name} --help'", refused);
        }

        return await body(options, _console);
    }

    private string? Information(Arguments arguments)
    {
        var table = command.Table;
        return arguments.Has(table.Help) ? HelpText.Of(table)
            : arguments.Has(table.Usage) ? UsageText.Of(table)
            : arguments.Has(table.Version) ? VersionText.Of(table)
            : null;
    }

    private int Fail(ExitStatus status, string text)
    {
        try
        {
            _console.Error.WriteLine(text);
            _console.Error.Flush();
        }
        catch (IOException)
        {
            // Nobody is left to tell; the status still says it.
        }

        return (int)status;
    }
}
