using System.Diagnostics;

namespace ProcImage.Tests.Kernel.Harness;

/// <summary>What a program left behind that has run to its end.</summary>
public sealed record Ran(int Pid, int Status, string Output, string Error)
{
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(60);

    public static Ran With(string program, params string[] arguments) => WithInput("", program, arguments);

    public static Ran WithInput(string input, string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        if (process.WaitForExit(_limit))
            return new Ran(
                process.Id, process.ExitCode, output.GetAwaiter().GetResult(), error.GetAwaiter().GetResult());
        process.Kill(entireProcessTree: true);
        throw new TimeoutException($"{program} {string.Join(' ', arguments)} has not ended after {_limit}");
    }

    public Ran AssertDone()
    {
        Assert.True(Status == 0, $"status {Status}: {Error}{Output}");
        return this;
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
