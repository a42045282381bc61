using ProcImage.Abi;

namespace ProcImage.Tests.Unit.Imaging;

public class ImageNamesTests
{
    [Theory]
    [InlineData(ImageSet.None, "", "")]
    [InlineData(ImageSet.Keytime, "keytime", "keytime")]
    [InlineData(ImageSet.Keytime | ImageSet.Ledger | ImageSet.Resource, "keytime, resource", "keytime 1, resource")]
    [InlineData(ImageSet.Lock | ImageSet.Syscall, "lock, syscall", "lock (contention), syscall")]
    [InlineData(ImageSet.Resource | ImageSet.Schedule, "resource, schedule", "resource, schedule")]
    public void The_ledger_is_no_name_but_a_level(ImageSet images, string names, string levels)
    {
        Assert.Equal(names, images.Listed());
        Assert.Equal(levels, images.ListedLevels(isExact: false));
    }
}
