using Libbpf;
using Libbpf.Native;

namespace ProcImage.Tests.Unit.Libbpf;

public class EventFdTests
{
    [Fact]
    public void It_is_readable_from_the_signal_to_the_reset()
    {
        using var flag = new EventFd();
        Assert.False(IsReadable(flag));
        flag.Signal();
        flag.Signal();
        Assert.True(IsReadable(flag));
        flag.Reset();
        flag.Reset();
        Assert.False(IsReadable(flag));
    }

    [Fact]
    public void It_is_of_no_use_when_disposed()
    {
        var flag = new EventFd();
        flag.Dispose();
        Assert.Throws<ObjectDisposedException>(flag.Signal);
    }

    private static unsafe bool IsReadable(EventFd flag)
    {
        var fd = new PollFd { fd = flag.Fd, events = LibcNative.POLLIN };
        return LibcNative.poll(&fd, 1, 0) == 1;
    }
}
