using System.Globalization;

namespace ProcImage.Imaging;

/// <summary>How far a reader has come in a timeline.</summary>
/// <param name="Began">Which one: that of another loader, or one that was forgotten and begun anew, has another value.</param>
/// <param name="Number">Of the last slice that was read; 0 for none.</param>
public readonly record struct TimelinePlace(ulong Began, ulong Number)
{
    /// <summary>The beginning, where the text is no place.</summary>
    public static TimelinePlace Parse(string? text)
    {
        var parts = text?.Split('-') ?? [];
        return parts.Length == 2
            && ulong.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var began)
            && ulong.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? new TimelinePlace(began, number)
            : default;
    }

    public override string ToString() => FormattableString.Invariant($"{Began}-{Number}");
}
