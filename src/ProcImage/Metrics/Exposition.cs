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

    /// <summary>The bounds of delay histograms in seconds, 2^11 ns and up, as labels behind others.</summary>
    private static readonly string[] _bounds = Enumerable.Range(Limits.FirstBoundLog2, Limits.HistogramBuckets - 1)
        .Select(log2 => Seconds(1UL << log2))
        .Append("+Inf")
        .Select(bound => $",le=\"{bound}\"")
        .ToArray();

    private byte[] _name = [], _baseName = []; // of the family
    private int _series;

    /// <summary>Lines of values written so far.</summary>
    public int Series => _series;

    public bool IsOpenMetrics => format.IsOpenMetrics;

    /// <summary>The head of a family; its series follow.</summary>
    public void Begin(MetricFamily family)
    {
        (_name, _baseName) = (Encoding.UTF8.GetBytes(family.Name), Encoding.UTF8.GetBytes(family.BaseName));
        var name = format.IsOpenMetrics ? family.BaseName : family.Name;
        Write($"# HELP {name} {EscapeHelp(family.Help)}\n");
        Write($"# TYPE {name} {family.Type.ToString().ToLowerInvariant()}\n");
    }

    /// <param name="labels">Of the subject, or all of them.</param>
    /// <param name="value">Written as it is.</param>
    /// <param name="more">Further labels behind a comma, so that none are put together for each series.</param>
    public void Number(string labels, ulong value, string more = "")
    {
        var line = Start(_name, "", labels, more);
        line.Append(value);
        End(line);
    }

    public void Number(string labels, double value)
    {
        var line = Start(_name, "", labels);
        line.Append(value.ToString("R", CultureInfo.InvariantCulture));
        End(line);
    }

    /// <inheritdoc cref="Number(string, ulong, string)"/>
    /// <param name="labels"/>
    /// <param name="value">Written in seconds.</param>
    /// <param name="more"/>
    public void Nanoseconds(string labels, ulong value, string more = "")
    {
        var line = Start(_name, "", labels, more);
        line.AppendSeconds(value);
        End(line);
    }

    /// <summary>Since when a counter or histogram counts; only OpenMetrics has it.</summary>
    /// <param name="labels">As those of the series.</param>
    /// <param name="unixTime">In ns.</param>
    /// <param name="more">Likewise.</param>
    public void Created(string labels, ulong unixTime, string more = "")
    {
        if (!format.IsOpenMetrics)
            return;
        var line = Start(_baseName, "_created", labels, more);
        line.AppendSeconds(unixTime);
        End(line);
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
            var bucket = Start(_name, "_bucket", labels, labels.Length > 0 ? _bounds[i] : _bounds[i][1..]);
            bucket.Append(count);
            End(bucket);
        }

        var sum = Start(_name, "_sum", labels);
        sum.AppendSeconds(stats.Sum);
        End(sum);
        var last = Start(_name, "_count", labels);
        last.Append(count);
        End(last);
    }

    public void Finish()
    {
        if (format.IsOpenMetrics)
            Write("# EOF\n");
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

    /// <summary>Up to the value, with room for it.</summary>
    private Line Start(byte[] name, string suffix, string labels, string more = "")
    {
        var most = name.Length + suffix.Length + Encoding.UTF8.GetMaxByteCount(labels.Length + more.Length) + Line.RestLength;
        var line = new Line(writer.GetSpan(most));
        line.Append(name);
        line.Append(suffix);
        if (labels.Length + more.Length > 0)
        {
            line.Append("{"u8);
            line.Append(labels);
            line.Append(more);
            line.Append("}"u8);
        }

        line.Append(" "u8);
        return line;
    }

    private void End(Line line)
    {
        line.Append("\n"u8);
        writer.Advance(line.Length);
        _series++;
    }

    private void Write(string text) => Encoding.UTF8.GetBytes(text, writer);

    /// <summary>One series, in one piece of the buffer.</summary>
    private ref struct Line(Span<byte> text)
    {
        /// <summary>The longest value, and what stands around it.</summary>
        public const int RestLength = 40;

        private readonly Span<byte> _text = text;

        public int Length { get; private set; }

        public void Append(ReadOnlySpan<byte> bytes)
        {
            bytes.CopyTo(_text[Length..]);
            Length += bytes.Length;
        }

        /// <summary>What is not UTF-16 either (a lone surrogate) becomes U+FFFD: one bad byte costs a whole scrape.</summary>
        public void Append(string part) => Length += Encoding.UTF8.GetBytes(part, _text[Length..]);

        public void Append(ulong value)
        {
            Utf8Formatter.TryFormat(value, _text[Length..], out var length);
            Length += length;
        }

        public void AppendSeconds(ulong nanoseconds) => Length += FormatSeconds(nanoseconds, _text[Length..]);
    }
}
