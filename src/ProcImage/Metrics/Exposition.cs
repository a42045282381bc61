using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using ProcImage.Abi;

namespace ProcImage.Metrics;

/// <summary>
/// Writes series as text, straight into the response's buffer. Times are written from nanoseconds without a detour over
/// floating point, so that they are exact.
/// </summary>
/// <param name="writer">Where to.</param>
/// <param name="format">Which of the two formats.</param>
public sealed class Exposition(IBufferWriter<byte> writer, ExpositionFormat format)
{
    private const ulong NanosecondsPerSecond = 1_000_000_000;

    /// <summary>The bounds of delay histograms in seconds, 2^11 ns and up.</summary>
    private static readonly string[] _bounds = Enumerable.Range(Limits.FirstBoundLog2, Limits.HistogramBuckets - 1)
        .Select(log2 => Seconds(1UL << log2))
        .Append("+Inf")
        .ToArray();

    private MetricFamily? _family;
    private int _series;

    /// <summary>Lines of values written so far.</summary>
    public int Series => _series;

    public bool IsOpenMetrics => format.IsOpenMetrics;

    /// <summary>The head of a family; its series follow.</summary>
    public void Begin(MetricFamily family)
    {
        _family = family;
        var name = format.IsOpenMetrics ? family.BaseName : family.Name;
        Line($"# HELP {name} {EscapeHelp(family.Help)}");
        Line($"# TYPE {name} {family.Type.ToString().ToLowerInvariant()}");
    }

    public void Number(string labels, ulong value)
    {
        Name("", labels);
        Write(value);
        End();
    }

    public void Number(string labels, double value)
    {
        Name("", labels);
        Write(value.ToString("R", CultureInfo.InvariantCulture));
        End();
    }

    public void Nanoseconds(string labels, ulong value)
    {
        Name("", labels);
        WriteSeconds(value);
        End();
    }

    /// <summary>Since when a counter or histogram counts; only OpenMetrics has it.</summary>
    /// <param name="labels">As those of the series.</param>
    /// <param name="unixTime">In ns.</param>
    public void Created(string labels, ulong unixTime)
    {
        if (!format.IsOpenMetrics)
            return;
        Write(_family!.BaseName);
        Name("_created", labels, withFamily: false);
        WriteSeconds(unixTime);
        End();
    }

    /// <param name="labels">Without le.</param>
    /// <param name="stats">In ns.</param>
    /// <param name="allBuckets">False: only the last one, which holds the count.</param>
    public void Histogram(string labels, in Histogram stats, bool allBuckets)
    {
        ulong count = 0;
        for (var i = 0; i < Limits.HistogramBuckets; i++)
        {
            count += stats.Buckets[i];
            if (!allBuckets && i < Limits.HistogramBuckets - 1)
                continue;
            Name("_bucket", labels, le: _bounds[i]);
            Write(count);
            End();
        }

        Name("_sum", labels);
        WriteSeconds(stats.Sum);
        End();
        Name("_count", labels);
        Write(count);
        End();
    }

    public void Finish()
    {
        if (format.IsOpenMetrics)
            Line("# EOF");
    }

    /// <summary>'name="value"', with what the format cannot hold escaped.</summary>
    public static string Label(string name, string value) => $"{name}=\"{EscapeLabel(value)}\"";

    /// <summary>Decimal seconds, exact.</summary>
    public static string Seconds(ulong nanoseconds)
    {
        Span<byte> text = stackalloc byte[32];
        return Encoding.ASCII.GetString(text[..FormatSeconds(nanoseconds, text)]);
    }

    private static string EscapeLabel(string value) =>
        value.AsSpan().IndexOfAny('\\', '"', '\n') < 0
            ? value
            : value.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\n", "\\n");

    private static string EscapeHelp(string help) => help.Replace("\\", "\\\\").Replace("\n", "\\n");

    private static int FormatSeconds(ulong nanoseconds, Span<byte> text)
    {
        var (seconds, rest) = Math.DivRem(nanoseconds, NanosecondsPerSecond);
        Utf8Formatter.TryFormat(seconds, text, out var length);
        if (rest == 0)
            return length;
        text[length] = (byte)'.';
        Utf8Formatter.TryFormat(rest, text[(length + 1)..], out var digits, new StandardFormat('D', 9));
        length += 1 + digits;
        while (text[length - 1] == '0')
            length--;
        return length;
    }

    private void Name(string suffix, string labels, string? le = null, bool withFamily = true)
    {
        if (withFamily)
            Write(_family!.Name);
        Write(suffix);
        if (labels.Length > 0 || le is not null)
        {
            Write("{");
            Write(labels);
            if (le is not null)
            {
                Write(labels.Length > 0 ? ",le=\"" : "le=\"");
                Write(le);
                Write("\"");
            }

            Write("}");
        }

        Write(" ");
    }

    private void End()
    {
        Write("\n");
        _series++;
    }

    private void Line(string text)
    {
        Write(text);
        Write("\n");
    }

    private void WriteSeconds(ulong nanoseconds)
    {
        var span = writer.GetSpan(32);
        writer.Advance(FormatSeconds(nanoseconds, span));
    }

    private void Write(ulong value)
    {
        Utf8Formatter.TryFormat(value, writer.GetSpan(20), out var length);
        writer.Advance(length);
    }

    /// <summary>A name that is not UTF-16 either (a lone surrogate) becomes U+FFFD: one bad byte costs a whole scrape.</summary>
    private void Write(string text) => Encoding.UTF8.GetBytes(text, writer);
}
