using Libbpf;
using ProcImage.Abi;

namespace ProcImage.CommandLine;

/// <summary>What an anticipated failure means for the user.</summary>
public static class Failures
{
    public static CommandException? Explain(Exception failure) => failure switch
    {
        PinsException pins => new CommandException(
            pins.Problem switch
            {
                PinsProblem.NotPreloaded => ExitStatus.NotPreloaded,
                PinsProblem.Held => ExitStatus.Held,
                _ => ExitStatus.Failed,
            },
            pins.Message,
            pins),
        BpfException { Errno: Errno.EPERM or Errno.EACCES } denied =>
            new CommandException(ExitStatus.Unsupported, denied.Message, denied),
        BpfException bpf => new CommandException(ExitStatus.Failed, bpf.Message, bpf),
        IOException or UnauthorizedAccessException => new CommandException(ExitStatus.Failed, failure.Message, failure),
        _ => null,
    };
}
