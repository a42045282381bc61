using System.Runtime.InteropServices;
using System.Text;
using ProcImage.Web;

namespace ProcImage.Tests.Unit.Web;

public class BodyMemoryTests
{
    private readonly BodyMemory _memory = new();

    [Fact]
    public void What_was_written_is_in_it_however_long_it_is()
    {
        string text = string.Concat(Enumerable.Range(0, 100_003).Select(number => $"{number},"));
        using var body = _memory.Make(writer => Encoding.ASCII.GetBytes(text, writer));
        Assert.Equal(text, Encoding.ASCII.GetString(body.Bytes.Span));
    }

    [Fact]
    public void Its_memory_is_used_again_when_the_last_reader_has_done_with_it()
    {
        var body = Make(1009).For(2);
        byte[] memory = MemoryOf(body);
        body.Dispose();
        using (var meanwhile = Make(1009))
            Assert.NotSame(memory, MemoryOf(meanwhile));
        body.Dispose();
        using var next = Make(2003);
        Assert.Same(memory, MemoryOf(next));
    }

    [Fact]
    public void Memory_that_is_much_too_large_is_not_kept()
    {
        Make(10_000_019).Dispose();
        var small = Make(1009);
        byte[] memory = MemoryOf(small);
        small.Dispose();
        using var next = Make(1009);
        Assert.NotSame(memory, MemoryOf(next));
    }

    private static byte[] MemoryOf(Body body) =>
        MemoryMarshal.TryGetArray(body.Bytes, out var segment) ? segment.Array! : throw new InvalidOperationException("no array");

    private Body Make(int length) => _memory.Make(writer =>
    {
        writer.GetSpan(length)[..length].Fill((byte)'x');
        writer.Advance(length);
    });
}
