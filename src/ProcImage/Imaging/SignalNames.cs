using System.Globalization;

namespace ProcImage.Imaging;

/// <summary>Signals by name, as kill(1) lists them; the numbers are those of x86_64 and arm64.</summary>
public static class SignalNames
{
    /// <summary>As the C library has it: it keeps the two below for itself.</summary>
    private const int FirstRealTime = 34;
    private const int LastRealTime = 64;

    private static readonly string[] _names =
    [
        "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM", "TERM",
        "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO",
        "PWR", "SYS",
    ];

    /// <summary>'SIGTERM', 'SIGRTMIN+3'; 'SIG32' for what has no name.</summary>
    public static string Of(int signal) => signal switch
    {
        > 0 when signal <= _names.Length => "SIG" + _names[signal - 1],
        FirstRealTime => "SIGRTMIN",
        > FirstRealTime and <= LastRealTime => string.Create(CultureInfo.InvariantCulture, $"SIGRTMIN+{signal - FirstRealTime}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"SIG{signal}"),
    };
}
