using System.Runtime.InteropServices;
using Libbpf;

namespace ProcImage.Tests.Kernel.Harness;

/// <summary>The records that wait in the events ring buffer, read without taking them.</summary>
public sealed unsafe partial class RingView : IDisposable
{
    private const int Size = 4 << 20;
    private const uint Busy = 1u << 31;
    private const uint Discarded = 1u << 30;
    private const int ProtRead = 1;
    private const int MapShared = 1;
    private readonly BpfMap _map;
    private readonly byte* _pages;
    private readonly nuint _length;

    public RingView(string directory)
    {
        _map = BpfMap.OpenPinned(Path.Combine(directory, "events"));
        _length = (nuint)((2 * Environment.SystemPageSize) + (2 * Size)); // the data is there twice, end to end
        _pages = (byte*)mmap(0, _length, ProtRead, MapShared, _map.Fd, 0);
        Assert.True((nint)_pages != -1, "cannot map the ring buffer");
    }

    /// <summary>What waits now.</summary>
    public IReadOnlyList<RingRecord> Read()
    {
        long position = Volatile.Read(ref *(long*)_pages);
        long end = Volatile.Read(ref *(long*)(_pages + Environment.SystemPageSize));
        byte* data = _pages + (2 * Environment.SystemPageSize);
        var records = new List<RingRecord>();
        while (position < end)
        {
            byte* head = data + (position & (Size - 1));
            uint length = Volatile.Read(ref *(uint*)head);
            if ((length & Busy) != 0)
                break;
            if ((length & Discarded) == 0)
                records.Add(RingRecord.Parse(new ReadOnlySpan<byte>(head + 8, (int)length)));
            position += ((length & ~Discarded) + 8 + 7) & ~7u;
        }

        return records;
    }

    public void Dispose()
    {
        _ = munmap((nint)_pages, _length);
        _map.Dispose();
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint mmap(nint address, nuint length, int protection, int flags, int fd, long offset);

    [LibraryImport("libc")]
    private static partial int munmap(nint address, nuint length);
}
