using Microsoft.Win32.SafeHandles;

namespace ProcImage.Symbols;

/// <summary>Of a regular file, which the caller closes.</summary>
internal sealed class FileBytes(SafeFileHandle file) : ByteSource
{
    public override long Length { get; } = RandomAccess.GetLength(file);

    protected override void ReadWithin(long offset, Span<byte> into)
    {
        while (!into.IsEmpty)
        {
            var count = RandomAccess.Read(file, into, offset);
            if (count == 0)
                throw new InvalidDataException("the file has become shorter");
            into = into[count..];
            offset += count;
        }
    }
}
