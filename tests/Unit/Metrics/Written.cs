using System.Buffers;
using System.Text;
using ProcImage.Imaging;
using ProcImage.Metrics;

namespace ProcImage.Tests.Unit.Metrics;

/// <summary>What an exposition has written.</summary>
internal static class Written
{
    public const string Labels = "tgid=\"4241\",start_id=\"70000000007\"";

    public static string By(ExpositionFormat format, Action<Exposition> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        write(new Exposition(buffer, format));
        return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(buffer.WrittenSpan);
    }

    /// <summary>In the plain text format.</summary>
    public static string AsText(Action<Exposition> write) => By(ExpositionFormat.Text, write);

    public static string AsOpenMetrics(Action<Exposition> write) => By(ExpositionFormat.OpenMetrics, write);

    /// <summary>Every series of a portrait, family by family.</summary>
    public static void Portrait(Exposition exposition, Portrait portrait)
    {
        foreach (var metric in SubjectMetrics.All)
        {
            exposition.Begin(metric.Process);
            metric.Write(exposition, portrait, Labels);
        }
    }
}
