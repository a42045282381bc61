using System.Globalization;

namespace ProcImage.Imaging;

/// <summary>Errors of system calls by name, as <c>asm/errno.h</c> has them.</summary>
public static class ErrnoNames
{
    private static readonly Dictionary<int, string> _names = HeaderNames.Load("errnos");

    /// <summary>'EAGAIN'; 'errno 524' for what has no name.</summary>
    public static string Of(int error) =>
        _names.TryGetValue(error, out var name) ? name : string.Create(CultureInfo.InvariantCulture, $"errno {error}");
}
