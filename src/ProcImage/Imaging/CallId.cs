using ProcImage.Abi;

namespace ProcImage.Imaging;

/// <summary>Which system call.</summary>
/// <param name="Kind">How the number is to be understood.</param>
/// <param name="Number">Anything that a program has put into the register.</param>
public readonly record struct CallId(CallKind Kind, int Number)
{
    public override string ToString() => SyscallNames.Of(this);
}
