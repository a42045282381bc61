namespace ProcImage.Metrics;

/// <summary>The two text formats that Prometheus reads.</summary>
public sealed record ExpositionFormat(string ContentType, bool IsOpenMetrics)
{
    public static ExpositionFormat Text { get; } = new("text/plain; version=0.0.4; charset=utf-8", false);

    public static ExpositionFormat OpenMetrics { get; } =
        new("application/openmetrics-text; version=1.0.0; charset=utf-8", true);

    /// <summary>The one that the client likes better, text where it does not say.</summary>
    /// <param name="accept">The Accept header.</param>
    public static ExpositionFormat Negotiate(string? accept)
    {
        var open = Quality(accept, "application/openmetrics-text");
        return open > 0 && open >= Quality(accept, "text/plain") ? OpenMetrics : Text;
    }

    private static double Quality(string? accept, string type)
    {
        foreach (var range in (accept ?? "").Split(','))
        {
            var parts = range.Split(';', StringSplitOptions.TrimEntries);
            if (!parts[0].Trim().Equals(type, StringComparison.OrdinalIgnoreCase))
                continue;
            if (type.StartsWith("application/openmetrics", StringComparison.Ordinal)
                && Array.Find(parts, part => part.StartsWith("version=", StringComparison.Ordinal)) is { } version
                && version is not ("version=1.0.0" or "version=0.0.1"))
                continue;
            var quality = Array.Find(parts, part => part.StartsWith("q=", StringComparison.Ordinal));
            return quality is null ? 1
                : double.TryParse(quality.AsSpan(2), System.Globalization.CultureInfo.InvariantCulture, out var q) ? q : 0;
        }

        return 0;
    }
}
