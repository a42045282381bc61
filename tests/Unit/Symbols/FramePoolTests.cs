using ProcImage.Symbols;

namespace ProcImage.Tests.Unit.Symbols;

public sealed class FramePoolTests
{
    [Fact]
    public void Equal_frames_and_their_parts_are_one_object()
    {
        var pool = new FramePool();
        var shared = pool.Share([Of(1, "main"), Of(1, "main"), Of(2, "main")]);
        Assert.Same(shared[0], shared[1]);
        Assert.NotSame(shared[0], shared[2]);
        Assert.Same(shared[0].Name, shared[2].Name);
        Assert.Same(shared[0].File, shared[2].File);
        var bytes = pool.Bytes;
        pool.Share([Of(2, "main")]);
        Assert.Equal(bytes, pool.Bytes);
    }

    [Fact]
    public void Where_there_is_no_room_it_is_said_and_room_comes_when_others_go()
    {
        var pool = new FramePool(capacity: 10_000);
        var frames = Enumerable.Range(0, 1000).Select(at => pool.Share(Of((ulong)at, $"function{at}"))).ToList();
        Assert.True(pool.IsFull);
        Assert.InRange(pool.Bytes, 10_000, 11_000);
        Assert.Equal("function0", frames[0].Name);
        Assert.Same(frames[^1], frames[^2]);
        Assert.Equal("[too many names]", frames[^1].Name);
        Assert.Same(frames[0], pool.Share(Of(0, "function0")));
        Assert.True(pool.Share(new Frame(1, "schedule", null, IsKernel: true)).IsKernel);

        pool.Keep([frames[0]]);
        Assert.False(pool.IsFull);
        Assert.Same(frames[0], pool.Share(Of(0, "function0")));
        Assert.Equal("function999", pool.Share(Of(999, "function999")).Name);
    }

    private static Frame Of(ulong address, string name) =>
        new(address, $"{name}", new FrameFile(0, 100, 0, string.Concat("/bin/", "x"), string.Concat("ab", "cd")));
}
