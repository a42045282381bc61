using System.Text;

namespace ProcImage.Tests.Kernel.Harness;

/// <summary>What the exporter has answered.</summary>
public sealed record Answer(string ContentType, byte[] Body)
{
    private static readonly UTF8Encoding _strict = new(false, throwOnInvalidBytes: true);

    /// <summary>Throws on what is no UTF-8: one bad byte costs Prometheus the whole scrape.</summary>
    public string Text => _strict.GetString(Body);
}
