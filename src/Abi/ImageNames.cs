namespace ProcImage.Abi;

public static class ImageNames
{
    private static readonly string _keytime = ImageSet.Keytime.Listed();
    private static readonly string _lock = ImageSet.Lock.Listed();

    /// <summary>The images of a set, in the order of their bits. The ledger is none of them.</summary>
    public static IEnumerable<ImageSet> Each(this ImageSet images) =>
        Enum.GetValues<ImageSet>()
            .Where(image => ulong.IsPow2((ulong)image) && image != ImageSet.Ledger && images.HasFlag(image));

    /// <summary>The same, as users write them.</summary>
    public static IEnumerable<string> Names(this ImageSet images) =>
        images.Each().Select(image => image.ToString().ToLowerInvariant());

    /// <summary>The same of a policy: 'keytime 1' where the ledger is with it, and what is seen of locks.</summary>
    public static IEnumerable<string> Levels(this ImageSet images, bool isExact) => images.Names().Select(name =>
        name == _keytime && images.HasFlag(ImageSet.Ledger) ? name + " 1"
        : name == _lock ? name + (isExact ? " (exact)" : " (contention)")
        : name);

    /// <summary>'keytime 1, resource'.</summary>
    public static string ListedLevels(this ImageSet images, bool isExact) => string.Join(", ", images.Levels(isExact));

    /// <summary>The same of a policy.</summary>
    public static string ListedLevels(this in Policy policy) => policy.Images.ListedLevels(policy.WantsProbes);

    /// <summary>'resource, schedule'.</summary>
    public static string Listed(this ImageSet images) => string.Join(", ", images.Names());
}
