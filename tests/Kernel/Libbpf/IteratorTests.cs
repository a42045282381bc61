using System.Runtime.InteropServices;
using Libbpf;

namespace ProcImage.Tests.Kernel.Libbpf;

[Collection(SandboxUsers.Name)]
public class IteratorTests(Sandbox sandbox)
{
    [Fact]
    public void A_walk_visits_every_task()
    {
        using var sample = sandbox.Load();
        using var link = sample.FindProgram("each_task").AttachIterator();
        using var walk = BpfIterator.Open(link);
        Assert.Contains(Environment.ProcessId, Pids(walk, 4099));
    }

    [Fact]
    public void A_buffer_smaller_than_a_record_loses_nothing()
    {
        using var sample = sandbox.Load();
        using var link = sample.FindProgram("each_task").AttachIterator();
        using var walk = BpfIterator.Open(link);
        Assert.Contains(Environment.ProcessId, Pids(walk, 3));
    }

    [Fact]
    public void A_pinned_iterator_starts_a_walk_each_time()
    {
        string pin = sandbox.NewPin();
        using (var sample = sandbox.Load())
        using (var link = sample.FindProgram("each_task").AttachIterator())
            link.Pin(pin);
        using var first = BpfIterator.OpenPinned(pin);
        using var second = BpfIterator.OpenPinned(pin);
        Assert.True(first.Drain() >= 4);
        Assert.Equal(0, first.Read(new byte[64]));
        Assert.Contains(Environment.ProcessId, Pids(second, BpfIterator.PreferredBufferSize));
        using var adopted = BpfLink.OpenPinned(pin);
        using var third = BpfIterator.Open(adopted);
        Assert.True(third.Drain() >= 4);
        File.Delete(pin);
    }

    [Fact]
    public void A_walk_can_be_bound_to_one_process()
    {
        using var sample = sandbox.Load();
        using var thread = sample.FindProgram("each_task").AttachIterator(tid: Environment.ProcessId);
        using var one = BpfIterator.Open(thread);
        Assert.Equal([Environment.ProcessId], Pids(one, 4096));
        using var process = sample.FindProgram("each_task").AttachIterator(pid: Environment.ProcessId);
        using var all = BpfIterator.Open(process);
        var threads = Threads();
        int[] pids = Pids(all, 4096);
        threads.UnionWith(Threads());
        Assert.Contains(Environment.ProcessId, pids);
        Assert.Subset(threads, pids.ToHashSet());
        Assert.True(pids.Length > 1);
    }

    private static HashSet<int> Threads() =>
        [.. Directory.GetDirectories("/proc/self/task").Select(path => int.Parse(Path.GetFileName(path)))];

    [Fact]
    public void A_program_that_is_no_iterator_is_refused()
    {
        using var sample = sandbox.Load();
        Assert.Equal(Errno.EINVAL,
            Assert.Throws<BpfException>(() => sample.FindProgram("on_enter").AttachIterator()).Errno);
    }

    private static int[] Pids(BpfIterator walk, int bufferSize)
    {
        var bytes = new List<byte>();
        var buffer = new byte[bufferSize];
        for (int count = walk.Read(buffer); count > 0; count = walk.Read(buffer))
            bytes.AddRange(buffer.AsSpan(0, count));
        return MemoryMarshal.Cast<byte, int>(CollectionsMarshal.AsSpan(bytes)).ToArray();
    }
}
