using System.Text;
using System.Text.Json;
using ProcImage.Imaging;
using ProcImage.Symbols;

namespace ProcImage.Web;

/// <summary>Where a life has blocked, as public tools read it.</summary>
/// <param name="ContentType">Of the text.</param>
/// <param name="Write">What there is, those with the most time first; there may be none.</param>
internal sealed record BlockedText(
    string ContentType, Func<IReadOnlyList<(BlockedSite Site, IReadOnlyList<Frame> Frames)>, ReadOnlyMemory<byte>> Write)
{
    private const double NanosecondsPerSecond = 1e9;

    /// <summary>A line a stack, the outermost function first, then ns: for flame graphs.</summary>
    public static BlockedText Folded { get; } = new("text/plain; charset=utf-8", sites =>
    {
        using var text = new StringWriter();
        FoldedStacks.Write(text, Samples(sites), sample => sample.Nanoseconds);
        return Encoding.UTF8.GetBytes(text.ToString());
    });

    public static BlockedText Pprof { get; } = new("application/octet-stream", sites =>
    {
        using var profile = new MemoryStream();
        PprofProfile.Write(profile, Samples(sites), 0, 0);
        return profile.ToArray();
    });

    /// <summary>An object a stack, the innermost function first.</summary>
    public static BlockedText Json { get; } = new(PortraitJson.ContentType, sites =>
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartArray();
            foreach (var (site, frames) in sites)
                WriteSite(json, site, frames);
            json.WriteEndArray();
        }

        return text.ToArray();
    });

    private static void WriteSite(Utf8JsonWriter json, BlockedSite site, IReadOnlyList<Frame> frames)
    {
        json.WriteStartObject();
        json.WriteString("state", site.State.ToString().ToLowerInvariant());
        json.WriteNumber("seconds", site.Time / NanosecondsPerSecond);
        json.WriteNumber("count", site.Count);
        json.WriteNumber("max_seconds", site.Max / NanosecondsPerSecond);
        WriteNames(json, "kernel", frames.Where(frame => frame.IsKernel));
        WriteNames(json, "user", frames.Where(frame => !frame.IsKernel));
        json.WriteEndObject();
    }

    private static void WriteNames(Utf8JsonWriter json, string part, IEnumerable<Frame> frames)
    {
        json.WriteStartArray(part);
        foreach (var frame in frames)
            json.WriteStringValue(frame.Name);
        json.WriteEndArray();
    }

    private static IEnumerable<StackSample> Samples(IEnumerable<(BlockedSite Site, IReadOnlyList<Frame> Frames)> sites) =>
        sites.Select(each => new StackSample(each.Frames, (long)each.Site.Count, (long)each.Site.Time));
}
