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
        BpfException
        {
            Operation: BpfOperation.Load or BpfOperation.Attach,
            Errno: not (Errno.ENOMEM or Errno.EMFILE or Errno.ENFILE or Errno.EBUSY or Errno.EAGAIN),
        } lacking => new CommandException(ExitStatus.Unsupported, lacking.Message, lacking),
        BpfException bpf => new CommandException(ExitStatus.Failed, bpf.Message, bpf),
        IOException or UnauthorizedAccessException or InvalidDataException =>
            new CommandException(ExitStatus.Failed, failure.Message, failure),
        _ => null,
    };
}
