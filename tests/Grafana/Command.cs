using System.Diagnostics;

namespace ProcImage.Tests.Grafana;

/// <summary>Another program, run to its end.</summary>
/// <param name="Status">Its exit status.</param>
/// <param name="Output">What it has said, errors too.</param>
public sealed record Command(int Status, string Output)
{
    private static readonly TimeSpan _limit = TimeSpan.FromMinutes(3);

    /// <summary>A program that is missing fails the test: green never means that nothing ran.</summary>
    public static Command Run(string directory, string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = directory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(_limit))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{program} has not ended after {_limit}");
        }

        return new Command(process.ExitCode, output.GetAwaiter().GetResult() + error.GetAwaiter().GetResult());
    }

    public void AssertDone() => Assert.True(Status == 0, $"status {Status}: {Output}");

    public void AssertComplains(string about)
    {
        Assert.NotEqual(0, Status);
        Assert.Contains(about, Output, StringComparison.Ordinal);
    }
}
