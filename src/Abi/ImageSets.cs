namespace ProcImage.Abi;

public static class ImageSets
{
    /// <summary>The images that there are; the others are only known by name.</summary>
    public const ImageSet InThisBuild =
        ImageSet.Keytime | ImageSet.Ledger | ImageSet.Lock | ImageSet.Resource | ImageSet.Syscall | ImageSet.Schedule;
}
