using System.Text;
using ProcImage.Imaging;
using ProcImage.Symbols;

namespace ProcImage.Web;

/// <summary>Where a life has blocked, as public tools read it.</summary>
/// <param name="ContentType">Of the text.</param>
/// <param name="Write">Null where there is nothing.</param>
internal sealed record BlockedText(
    string ContentType, Func<IReadOnlyList<(BlockedSite Site, IReadOnlyList<Frame> Frames)>, ReadOnlyMemory<byte>?> Write)
{
    /// <summary>A line a stack, the outermost function first, then ns: for flame graphs.</summary>
    public static BlockedText Folded { get; } = new("text/plain; charset=utf-8", sites =>
    {
        if (sites.Count == 0)
            return default(ReadOnlyMemory<byte>?);
        using var text = new StringWriter();
        FoldedStacks.Write(text, Samples(sites), sample => sample.Nanoseconds);
        return Encoding.UTF8.GetBytes(text.ToString());
    });

    public static BlockedText Pprof { get; } = new("application/octet-stream", sites =>
    {
        if (sites.Count == 0)
            return default(ReadOnlyMemory<byte>?);
        using var profile = new MemoryStream();
        PprofProfile.Write(profile, Samples(sites), 0, 0);
        return profile.ToArray();
    });

    private static IEnumerable<StackSample> Samples(IEnumerable<(BlockedSite Site, IReadOnlyList<Frame> Frames)> sites) =>
        sites.Select(each => new StackSample(each.Frames, (long)each.Site.Count, (long)each.Site.Time));
}
