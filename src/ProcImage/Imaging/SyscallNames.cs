using System.Collections.Concurrent;
using System.Globalization;
using ProcImage.Abi;

namespace ProcImage.Imaging;

/// <summary>System calls by name, as the headers of the kernel have them that this program was built with.</summary>
public static class SyscallNames
{
    /// <summary>In the numbers of x32 programs, which otherwise are those of x86_64.</summary>
    private const int X32 = 0x4000_0000;

    private static readonly Dictionary<int, string> _native = HeaderNames.Load("syscalls.native");
    private static readonly Dictionary<int, string> _compat = HeaderNames.Load("syscalls.compat");
    private static readonly ConcurrentDictionary<CallId, string> _labels = new();

    /// <summary>
    /// 'read'; 'compat_read' of 32-bit programs and 'x32_read' of x32 ones; 'syscall_512' for what has no name, and
    /// 'other' for those that had no room of their own.
    /// </summary>
    public static string Of(CallId call) => call.Kind switch
    {
        CallKind.Native when _native.TryGetValue(call.Number, out var name) => name,
        CallKind.Native when call.Number >= X32 => "x32_" + Of(call with { Number = call.Number - X32 }),
        CallKind.Native => string.Create(CultureInfo.InvariantCulture, $"syscall_{call.Number}"),
        CallKind.Compat when _compat.TryGetValue(call.Number, out var name) => "compat_" + name,
        CallKind.Compat => string.Create(CultureInfo.InvariantCulture, $"compat_syscall_{call.Number}"),
        _ => "other",
    };

    /// <summary>The same as a label of a series, behind others. Only what has a name is kept: of other numbers there is no end.</summary>
    public static string Label(CallId call) =>
        call.Kind == CallKind.Native && _native.ContainsKey(call.Number) ? _labels.GetOrAdd(call, MakeLabel) : MakeLabel(call);

    private static string MakeLabel(CallId call) => $",syscall=\"{Of(call)}\"";
}
