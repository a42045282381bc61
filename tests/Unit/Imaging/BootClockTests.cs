using ProcImage.Abi;

namespace ProcImage.Tests.Unit.Imaging;

public class BootClockTests
{
    private const ulong Tolerance = 100_000_000;

    [Fact]
    public void What_happens_now_has_the_unix_time_of_now()
    {
        var unix = BootClock.ToUnix(BootClock.Now);
        var now = (ulong)(DateTime.UtcNow - DateTime.UnixEpoch).Ticks * 100;
        Assert.InRange(unix, now - Tolerance, now + Tolerance);
    }

    [Fact]
    public void What_happens_at_one_time_has_one_unix_time_whenever_that_is_asked()
    {
        var first = BootClock.ToUnix(7);
        for (var i = 0; i < 1009; i++)
            Assert.Equal(first, BootClock.ToUnix(7));
    }
}
