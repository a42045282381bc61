using System.Diagnostics;

namespace ProcImage.Tests;

/// <summary>What a program left behind that has run to its end.</summary>
public sealed record Ran(int Pid, int Status, string Output, string Error)
{
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(60);

    public static Ran With(string program, params string[] arguments) => WithInput("", program, arguments);

    public static Ran WithInput(string input, string program, params string[] arguments) =>
        Within(_limit, "", input, program, arguments);

    /// <param name="limit">After this it is killed, and the test fails.</param>
    /// <param name="directory">Where it works; empty: where the test does.</param>
    /// <param name="input">What it reads.</param>
    /// <param name="program">One that is missing fails the test: green never means that nothing ran.</param>
    /// <param name="arguments">Of the program.</param>
    public static Ran Within(
        TimeSpan limit, string directory, string input, string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = directory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        if (process.WaitForExit(limit))
            return new Ran(
                process.Id, process.ExitCode, output.GetAwaiter().GetResult(), error.GetAwaiter().GetResult());
        process.Kill(entireProcessTree: true);
        throw new TimeoutException($"{program} {string.Join(' ', arguments)} has not ended after {limit}");
    }

    public Ran AssertDone()
    {
        Assert.True(Status == 0, $"status {Status}: {Error}{Output}");
        return this;
    }

    /// <summary>It has failed, and says something about what.</summary>
    public void AssertComplains(string about)
    {
        Assert.NotEqual(0, Status);
        Assert.Contains(about, Output + Error, StringComparison.Ordinal);
    }

    /// <summary>One line on standard error, which says what to do, and nothing else.</summary>
    public void AssertRefused(int status)
    {
        Assert.Equal("", Output);
        Assert.True(Error.EndsWith('\n') && Error.Count(character => character == '\n') == 1, $"one line: {Error}");
        Assert.Contains("; ", Error, StringComparison.Ordinal);
        Assert.Equal(status, Status);
    }
}
