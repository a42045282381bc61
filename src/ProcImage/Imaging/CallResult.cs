using System.Globalization;
using ProcImage.Abi;

namespace ProcImage.Imaging;

/// <summary>What a system call has returned, as text.</summary>
public static class CallResult
{
    private const long MaxErrno = 4095;

    /// <summary>From here on it is more likely an address.</summary>
    private const ulong MostAsDecimal = 1UL << 32;

    /// <summary>The errno that the kernel means by a result; 0 where the call has succeeded.</summary>
    public static int Errno(long result) => result is < 0 and >= -MaxErrno ? (int)-result : 0;

    /// <summary>'7', 'EAGAIN', '0x7f5c0ec21000'.</summary>
    public static string Of(in Call call) =>
        Errno(call.Result) is not 0 and var errno ? ErrnoNames.Of(errno)
        : (ulong)call.Result < MostAsDecimal ? call.Result.ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"0x{call.Result:x}");
}
