using System.Runtime.InteropServices;

namespace Libbpf;

/// <summary>The one place where an error number becomes an exception.</summary>
public static class BpfError
{
    /// <summary>Returns <paramref name="result"/>, or throws when it is a negative error number.</summary>
    /// <exception cref="BpfException"><paramref name="result"/> is negative.</exception>
    public static int Check(int result, string operation, string subject) =>
        result >= 0 ? result : throw Create(operation, subject, -result);

    /// <summary>Returns a valid handle; of an invalid one it reads errno.</summary>
    /// <remarks>Nothing may come between the native call and this one.</remarks>
    /// <exception cref="BpfException">The handle is invalid.</exception>
    public static T CheckHandle<T>(T handle, string operation, string subject)
        where T : SafeHandle
    {
        if (!handle.IsInvalid)
            return handle;
        int errno = Marshal.GetLastPInvokeError();
        handle.Dispose();
        throw Create(operation, subject, errno);
    }

    /// <summary>The same for a pointer that somebody else owns.</summary>
    /// <exception cref="BpfException">The pointer is null.</exception>
    public static nint CheckPointer(nint address, string operation, string subject) =>
        address != 0 ? address : throw Create(operation, subject, Marshal.GetLastPInvokeError());

    /// <summary>The same for a call of the C library, which returns -1 and sets errno.</summary>
    /// <exception cref="BpfException"><paramref name="result"/> is negative.</exception>
    public static nint CheckErrno(nint result, string operation, string subject) =>
        result >= 0 ? result : throw Create(operation, subject, Marshal.GetLastPInvokeError());

    /// <summary>An exception with the text and the remedy that belong to the error number.</summary>
    public static BpfException Create(string operation, string subject, int errno) =>
        new(operation, subject, errno, Text(errno), BpfRemedy.For(operation, errno));

    internal static string Text(int errno) => errno switch
    {
        Errno.ENOTSUPP => "Operation not supported by the kernel",
        4000 => "Something wrong in libelf",
        4001 => "BPF object format invalid",
        4002 => "'version' section incorrect or lost",
        4003 => "Endian mismatch",
        4004 => "Internal error in libbpf",
        4005 => "Relocation failed",
        4006 => "Failed to load program",
        4007 => "Kernel verifier blocks program loading",
        4008 => "Program too big",
        4009 => "Incorrect kernel version",
        4010 => "Kernel doesn't support this program type",
        _ => Marshal.GetPInvokeErrorMessage(errno),
    };
}
