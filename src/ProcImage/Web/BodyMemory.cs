using System.Buffers;

namespace ProcImage.Web;

/// <summary>
/// Memory for large bodies, used again and again. A new piece for each would be a large object: only a collection of all
/// generations frees those, and one for each scrape takes longer than the scrape.
/// </summary>
internal sealed class BodyMemory
{
    private const int Least = 64 * 1024;
    private const int MostSpare = 4; // times what was needed last

    private byte[] _spare = [];

    /// <summary>Of one body at a time the memory is kept; of several at once that of the last.</summary>
    public Body Make(Action<IBufferWriter<byte>> write)
    {
        var writer = new Writer(Interlocked.Exchange(ref _spare, []));
        write(writer);
        return new Body(writer.Written, () => Keep(writer));
    }

    private void Keep(Writer writer)
    {
        if (writer.Memory.Length <= Math.Max(Least, writer.Written.Length * MostSpare))
            _spare = writer.Memory;
    }

    private sealed class Writer(byte[] memory) : IBufferWriter<byte>
    {
        private byte[] _memory = memory;
        private int _length;

        public byte[] Memory => _memory;

        public ReadOnlyMemory<byte> Written => _memory.AsMemory(0, _length);

        public void Advance(int count) => _length += count;

        public Memory<byte> GetMemory(int sizeHint = 0)
        {
            var least = _length + Math.Max(sizeHint, 1);
            if (least > _memory.Length)
                Array.Resize(ref _memory, Math.Max(Least, 2 * least));
            return _memory.AsMemory(_length);
        }

        public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;
    }
}
