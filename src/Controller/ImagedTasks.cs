using System.Runtime.InteropServices;
using Libbpf;
using ProcImage.Abi;

namespace ProcImage.Controller;

/// <summary>How many tasks carry each policy's name, counted task by task.</summary>
internal sealed class ImagedTasks
{
    private readonly int[] _threads = new int[Limits.MaxPolicies];
    private readonly int[] _processes = new int[Limits.MaxPolicies];

    public int Threads(uint slot) => _threads[slot];

    public int Processes(uint slot) => _processes[slot];

    public static ImagedTasks Count(KernelMaps maps)
    {
        var counted = new ImagedTasks();
        var buffer = new byte[2 * BpfIterator.PreferredBufferSize];
        using var iterator = maps.OpenIterator(Pins.Portraits);
        var filled = 0;
        for (int count; (count = iterator.Read(buffer.AsSpan(filled))) > 0;)
        {
            filled += count;
            var taken = counted.Add(buffer.AsSpan(0, filled));
            buffer.AsSpan(taken, filled - taken).CopyTo(buffer);
            filled -= taken;
        }

        return counted;
    }

    private int Add(ReadOnlySpan<byte> bytes)
    {
        var taken = 0;
        while (RecordStream.TryReadHeader(bytes[taken..], out var header))
        {
            if (header.Type is RecordType.Thread or RecordType.Target)
                Add(MemoryMarshal.Read<ThreadRecord>(bytes[taken..]));
            taken += (int)header.Size;
        }

        return taken;
    }

    private void Add(in ThreadRecord record)
    {
        for (var name = Name.NamedByAll; name < Name.Names; name++)
        {
            // A target's own record stands beside that of the same thread as a part of its process.
            if ((name == Name.NamedByThread) != (record.Header.Type == RecordType.Target))
                continue;
            var slot = record.Policies[(int)name];
            _threads[slot]++;
            if (record.Header.Flags.HasFlag(RecordFlag.Leader))
                _processes[slot]++;
        }
    }
}
