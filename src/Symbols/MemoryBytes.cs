namespace ProcImage.Symbols;

internal sealed class MemoryBytes(ReadOnlyMemory<byte> bytes) : ByteSource
{
    public override long Length => bytes.Length;

    protected override void ReadWithin(long offset, Span<byte> into) =>
        bytes.Span.Slice((int)offset, into.Length).CopyTo(into);
}
