using ProcImage.CommandLine;

namespace ProcImage.Tests.Unit.CommandLine;

/// <summary>What a command left behind: its status, both streams, and the options if its body was reached.</summary>
public sealed record Ran<TOptions>(int Status, string Output, string Error, TOptions? Options)
    where TOptions : class
{
    public void AssertRefused(string name, string message)
    {
        Assert.Equal($"{name}: {message}; try '{name} --help'\n", Error);
        Assert.Equal((int)ExitStatus.Usage, Status);
        Assert.Equal("", Output);
        Assert.Null(Options);
        Assert.Equal(1, Error.Count(character => character == '\n'));
    }

    public TOptions AssertAccepted()
    {
        Assert.Equal("", Error);
        Assert.Equal("", Output);
        Assert.Equal(0, Status);
        return Assert.IsType<TOptions>(Options);
    }

    public string AssertInformed()
    {
        Assert.Equal("", Error);
        Assert.Equal(0, Status);
        Assert.Null(Options);
        return Output;
    }
}

public static class Ran
{
    public static Ran<TOptions> With<TOptions>(Command<TOptions> command, params string[] args)
        where TOptions : class
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        TOptions? reached = null;
        var status = new CommandRunner<TOptions>(command, new CommandConsole(output, error)).Run(args, (options, _) =>
        {
            reached = options;
            return ExitStatus.Done;
        });
        return new Ran<TOptions>(status, output.ToString(), error.ToString(), reached);
    }
}
