namespace ProcImage.Abi;

public static class ImageNames
{
    /// <summary>The images of a set, in the order of their bits, as users write them. The ledger is none of them.</summary>
    public static IEnumerable<string> Names(this ImageSet images) =>
        Enum.GetValues<ImageSet>()
            .Where(image => ulong.IsPow2((ulong)image) && image != ImageSet.Ledger && images.HasFlag(image))
            .Select(image => image.ToString().ToLowerInvariant());

    /// <summary>'resource, schedule'.</summary>
    public static string Listed(this ImageSet images) => string.Join(", ", images.Names());
}
