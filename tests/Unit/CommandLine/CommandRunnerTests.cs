using Microsoft.Win32.SafeHandles;
using ProcImage.CommandLine;

namespace ProcImage.Tests.Unit.CommandLine;

public class CommandRunnerTests
{
    private static readonly Command<string> _command = new(
        new CommandTable("tool", "Be a tool.", new OptionGroup("Other")), _ => "");

    [Theory]
    [InlineData(ExitStatus.Done)]
    [InlineData(ExitStatus.Unsupported)]
    [InlineData(ExitStatus.NotPreloaded)]
    public void The_status_of_the_body_is_the_status(ExitStatus status) =>
        Assert.Equal(((int)status, ""), Run(_ => status));

    [Fact]
    public void What_is_anticipated_is_one_line() =>
        Assert.Equal(
            (4, "tool: loader 17 holds the pins\\n; use -f\n"),
            Run(_ => throw new CommandException(ExitStatus.Held, "loader 17 holds the pins\n; use -f")));

    [Fact]
    public void What_can_be_explained_is_one_line() =>
        Assert.Equal(
            (3, "tool: ask root\n"),
            Run(
                _ => throw new UnauthorizedAccessException(),
                exception => exception is UnauthorizedAccessException
                    ? new CommandException(ExitStatus.Unsupported, "ask root")
                    : null));

    [Fact]
    public void What_nobody_expected_is_told_in_full()
    {
        var (status, error) = Run(_ => throw new InvalidOperationException("never"));
        Assert.Equal(1, status);
        Assert.StartsWith(
            "tool: unexpected: System.InvalidOperationException: never\n   at ", error, StringComparison.Ordinal);
        Assert.Contains(nameof(What_nobody_expected_is_told_in_full), error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_asynchronous_body_is_awaited()
    {
        using var error = new StringWriter();
        var runner = new CommandRunner<string>(_command, new CommandConsole(TextWriter.Null, error));
        var status = await runner.RunAsync([], async (_, _) =>
        {
            await Task.Yield();
            throw new CommandException(ExitStatus.Failed, "late");
        });
        Assert.Equal((1, "tool: late\n"), (status, error.ToString()));
    }

    [Fact]
    public void A_full_disk_under_standard_output_fails()
    {
        using var full = File.OpenHandle("/dev/full", FileMode.Open, FileAccess.Write);
        const string Message = "tool: cannot write to standard output: No space left on device; free space there, or give it a reader\n";
        Assert.Equal((1, Message), Run(full, Print));
        Assert.Equal((1, Message), Run(full, Print, "--help"));
    }

    [Fact]
    public void A_standard_output_without_reader_fails()
    {
        using var pipe = new System.IO.Pipes.AnonymousPipeServerStream(System.IO.Pipes.PipeDirection.Out);
        pipe.ClientSafePipeHandle.Dispose();
        using var handle = new SafeFileHandle(pipe.SafePipeHandle.DangerousGetHandle(), ownsHandle: false);
        const string Message = "tool: cannot write to standard output: Broken pipe; free space there, or give it a reader\n";
        Assert.Equal((1, Message), Run(handle, Print));
        Assert.Equal((1, Message), Run(handle, Print, "--version"));
    }

    [Fact]
    public void What_is_written_arrives_behind_what_was_there()
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, "first\n");
            using (var file = new FileStream(path, FileMode.Append, FileAccess.Write))
                Assert.Equal((0, ""), Run(file.SafeFileHandle, Print));
            Assert.Equal("first\nsécond\n", File.ReadAllText(path));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void A_standard_error_that_fails_leaves_the_status()
    {
        using var full = File.OpenHandle("/dev/full", FileMode.Open, FileAccess.Write);
        var console = new CommandConsole(TextWriter.Null, CommandConsole.Descriptor((int)full.DangerousGetHandle()));
        Assert.Equal(2, new CommandRunner<string>(_command, console).Run(["--wrong"], (_, _) => ExitStatus.Done));
    }

    private static ExitStatus Print(CommandConsole console)
    {
        console.Output.WriteLine("sécond");
        return ExitStatus.Done;
    }

    private static (int Status, string Error) Run(
        Func<CommandConsole, ExitStatus> body, Func<Exception, CommandException?>? explain = null)
    {
        using var error = new StringWriter();
        var runner = new CommandRunner<string>(_command, new CommandConsole(TextWriter.Null, error))
        {
            Explain = explain ?? (_ => null),
        };
        return (runner.Run([], (_, console) => body(console)), error.ToString());
    }

    private static (int Status, string Error) Run(
        SafeFileHandle output, Func<CommandConsole, ExitStatus> body, params string[] args)
    {
        using var error = new StringWriter();
        var console = new CommandConsole(CommandConsole.Descriptor((int)output.DangerousGetHandle()), error);
        var status = new CommandRunner<string>(_command, console).Run(args, (_, console) => body(console));
        return (status, error.ToString());
    }
}
