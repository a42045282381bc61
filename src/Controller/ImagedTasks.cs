using System.Runtime.InteropServices;
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
        using var iterator = maps.OpenIterator(Pins.Portraits);
        RecordStream.ReadAll(iterator, (in RecordHeader header, ReadOnlySpan<byte> record) =>
        {
            if (header.Type is RecordType.Thread or RecordType.Target)
                counted.Add(MemoryMarshal.Read<ThreadRecord>(record));
        });
        return counted;
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
