using System.Runtime.InteropServices;
using Libbpf.Native;

namespace Libbpf;

/// <summary>
/// The reading end of a ring buffer map. There is one per map: two readers would take each other's records. Owns
/// the native ring and keeps the map open. For one thread at a time.
/// </summary>
public sealed unsafe class RingBuffer : IDisposable
{
    private const int Forever = -1;
    private readonly RingBufferHandle _handle;
    private readonly RingBufferSink _sink;
    private readonly string _subject;

    /// <param name="map">Of type ring buffer; it may be disposed before this.</param>
    /// <param name="handler">Called for each record, in <see cref="Consume"/> and on its thread.</param>
    /// <exception cref="BpfException">EINVAL when the map is no ring buffer.</exception>
    public RingBuffer(BpfMap map, RingBufferCallback handler)
    {
        _subject = $"ring buffer {map.DisplayName}";
        _sink = new RingBufferSink(handler);
        using var lease = new HandleLease(map.Owner);
        var context = GCHandle.Alloc(_sink);
        try
        {
            var handle = LibbpfNative.ring_buffer__new(map.Fd, &RingBufferSink.Receive, GCHandle.ToIntPtr(context),
                null);
            _handle = BpfError.CheckHandle(handle, BpfOperation.Open, _subject);
        }
        catch
        {
            context.Free();
            throw;
        }

        _handle.Own(context, map.Owner);
    }

    /// <summary>Readable while there are records; owned by this object.</summary>
    public int EpollFd => LibbpfNative.ring_buffer__epoll_fd(_handle);

    /// <summary>Hands over what is there, without waiting. Returns the number of records.</summary>
    /// <exception cref="BpfException">The ring cannot be read.</exception>
    /// <remarks>
    /// What the handler throws is thrown from here. Its record is consumed; those after it stay for the next call.
    /// </remarks>
    public int Consume() => Finish(LibbpfNative.ring_buffer__consume(_handle));

    /// <summary>The same after waiting for the first record; 0 when the time is over or a signal came.</summary>
    /// <param name="timeout">In milliseconds; -1 waits for ever.</param>
    /// <exception cref="BpfException">The ring cannot be read.</exception>
    public int Poll(int timeout)
    {
        int result = LibbpfNative.ring_buffer__poll(_handle, timeout);
        return Finish(result == -Errno.EINTR ? 0 : result);
    }

    /// <summary>
    /// Blocks, without waking up in between, until there are records or the time is over (true), or the other descriptor
    /// is readable (false, also when there are records: a busy ring cannot hide a request to stop).
    /// </summary>
    /// <param name="wakeFd">Such as <see cref="EventFd.Fd"/>.</param>
    /// <param name="timeout">In milliseconds; -1 waits for ever. For records that were submitted without a wake-up.</param>
    /// <exception cref="BpfException">EBADF: the other descriptor is closed.</exception>
    public bool Wait(int wakeFd, int timeout = Forever)
    {
        using var lease = new HandleLease(_handle);
        var fds = stackalloc PollFd[]
        {
            new PollFd { fd = EpollFd, events = LibcNative.POLLIN },
            new PollFd { fd = wakeFd, events = LibcNative.POLLIN },
        };
        while (LibcNative.poll(fds, 2, timeout) < 0)
        {
            int errno = Marshal.GetLastPInvokeError();
            if (errno != Errno.EINTR)
                throw BpfError.Create(BpfOperation.WaitFor, _subject, errno);
        }

        if ((fds[1].revents & LibcNative.POLLNVAL) != 0)
            throw BpfError.Create(BpfOperation.WaitFor, _subject, Errno.EBADF);
        return fds[1].revents == 0;
    }

    /// <summary>Leaves the records that are still there to the next reader.</summary>
    public void Dispose() => _handle.Dispose();

    private int Finish(int result)
    {
        _sink.Rethrow();
        return BpfError.Check(result, BpfOperation.Read, _subject);
    }
}
