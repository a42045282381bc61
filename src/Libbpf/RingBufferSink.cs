using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Libbpf;

/// <summary>Takes records from native code, and keeps the exception that must not pass through it.</summary>
internal sealed unsafe class RingBufferSink(RingBufferCallback handler)
{
    private ExceptionDispatchInfo? _failure;

    /// <summary>Throws what the handler threw, once.</summary>
    internal void Rethrow()
    {
        var failure = _failure;
        _failure = null;
        failure?.Throw();
    }

    /// <summary>
    /// A negative result ends the drain: the record counts as consumed, those after it stay for the next call.
    /// </summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static int Receive(nint context, byte* data, nuint size)
    {
        var sink = (RingBufferSink)GCHandle.FromIntPtr(context).Target!;
        return sink.Receive(new ReadOnlySpan<byte>(data, (int)size));
    }

    private int Receive(ReadOnlySpan<byte> record)
    {
        try
        {
            handler(record);
            return 0;
        }
        catch (Exception failure)
        {
            _failure = ExceptionDispatchInfo.Capture(failure);
            return -Errno.ECANCELED;
        }
    }
}
