namespace Libbpf;

/// <summary>
/// Takes one record of a ring buffer. The bytes are the kernel's and valid only during the call: copy what is to stay.
/// </summary>
public delegate void RingBufferCallback(ReadOnlySpan<byte> record);
