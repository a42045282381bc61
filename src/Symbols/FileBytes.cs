using Microsoft.Win32.SafeHandles;

namespace ProcImage.Symbols;

/// <summary>Of a regular file, which the caller closes.</summary>
/// <exception cref="IOException">Its file system says no, in whatever words.</exception>
internal sealed class FileBytes(SafeFileHandle file) : ByteSource
{
    public override long Length { get; } = LengthOf(file);

    /// <inheritdoc cref="FileBytes"/>
    public static long LengthOf(SafeFileHandle file)
    {
        try
        {
            return RandomAccess.GetLength(file);
        }
        catch (Exception failure) when (failure is UnauthorizedAccessException or NotSupportedException)
        {
            throw new IOException(failure.Message, failure);
        }
    }

    protected override void ReadWithin(long offset, Span<byte> into)
    {
        while (!into.IsEmpty)
        {
            int count;
            try
            {
                count = RandomAccess.Read(file, into, offset);
            }
            catch (UnauthorizedAccessException failure)
            {
                throw new IOException(failure.Message, failure);
            }

            if (count == 0)
                throw new InvalidDataException("the file has become shorter");
            into = into[count..];
            offset += count;
        }
    }
}
