using Libbpf;

namespace ProcImage.Tests.Unit.Libbpf;

public class BpfIteratorTests
{
    [Theory]
    [InlineData(Errno.EINTR, true)]
    [InlineData(Errno.EAGAIN, true)]
    [InlineData(Errno.EIO, false)]
    [InlineData(Errno.EFAULT, false)]
    public void Only_what_passes_is_tried_again(int errno, bool transient) =>
        Assert.Equal(transient, BpfIterator.IsTransient(errno));

    [Fact]
    public void A_missing_pin_says_so()
    {
        var error = Assert.Throws<BpfException>(() => BpfIterator.OpenPinned("/nowhere/iters/apply"));
        Assert.Equal("cannot open iterator /nowhere/iters/apply: ENOENT (No such file or directory); "
            + "nothing is pinned there: load and pin it first", error.Message);
    }

    [Fact]
    public void It_reads_to_the_end()
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, new byte[10_007]);
            using var file = BpfIterator.OpenPinned(path);
            Assert.Equal(10_007, file.Drain());
            Assert.Equal(0, file.Read(new byte[1]));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void A_read_error_is_no_end()
    {
        using var directory = BpfIterator.OpenPinned("/");
        Assert.Equal(Errno.EISDIR, Assert.Throws<BpfException>(() => directory.Drain()).Errno);
    }

    [Fact]
    public void An_empty_buffer_is_refused()
    {
        using var file = BpfIterator.OpenPinned("/dev/null");
        Assert.Throws<ArgumentException>(() => file.Read([]));
    }
}
