using System.IO.Compression;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace ProcImage.Web;

/// <summary>What an answer can be packed with.</summary>
internal static class ContentCoding
{
    /// <summary>Named in Accept-Encoding, and not with a quality of 0.</summary>
    public static bool IsGzipWelcome(StringValues acceptEncoding) =>
        StringWithQualityHeaderValue.TryParseList(acceptEncoding, out var codings)
        && codings.Any(coding => coding.Quality != 0
            && coding.Value.Equals("gzip", StringComparison.OrdinalIgnoreCase));

    public static ReadOnlyMemory<byte> Gzip(ReadOnlyMemory<byte> body)
    {
        using var packed = new MemoryStream(body.Length / 4);
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(body.Span);
        return packed.GetBuffer().AsMemory(0, (int)packed.Length);
    }
}
