using System.Runtime.InteropServices;
using Libbpf;

namespace ProcImage.Tests.Kernel.Libbpf;

[Collection(SandboxUsers.Name)]
public sealed partial class RingBufferTests : IDisposable
{
    private const int SIGWINCH = 28;
    private readonly BpfObject _sample;
    private readonly BpfLink _link;
    private readonly List<ulong> _records = [];

    public RingBufferTests(Sandbox sandbox)
    {
        _sample = sandbox.Load();
        _link = _sample.FindProgram("on_enter").Attach();
    }

    public void Dispose()
    {
        _link.Dispose();
        _sample.Dispose();
    }

    [Fact]
    public void Records_arrive_whole_and_in_order()
    {
        using var ring = Open(Keep);
        Assert.Equal(0, ring.Consume());
        Sandbox.Call();
        Assert.Equal(Sandbox.Calls, ring.Consume());
        Assert.Equal(Enumerable.Range(1, Sandbox.Calls).Select(n => (ulong)n * Sandbox.Factor), _records);
    }

    [Fact]
    public void What_the_handler_throws_comes_out_of_consume()
    {
        bool thrown = false;
        using var ring = Open(record =>
        {
            Keep(record);
            if (_records.Count == 5 && !thrown)
            {
                thrown = true;
                throw new InvalidDataException("the fifth");
            }
        });
        Sandbox.Call();
        Assert.Equal("the fifth", Assert.Throws<InvalidDataException>(() => ring.Consume()).Message);
        Assert.Equal(5, _records.Count);
        Assert.Equal(Sandbox.Calls - 5, ring.Consume());
        Assert.Equal(Enumerable.Range(1, Sandbox.Calls).Select(n => (ulong)n * Sandbox.Factor), _records);
    }

    [Fact]
    public void A_wait_ends_with_a_record()
    {
        using var ring = Open(Keep);
        using var stop = new EventFd();
        var calling = new Thread(() =>
        {
            Thread.Sleep(50);
            Sandbox.Call(1);
        });
        calling.Start();
        Assert.True(ring.Wait(stop.Fd));
        Assert.Equal(1, ring.Consume());
        calling.Join();
    }

    [Fact]
    public void A_wait_ends_when_it_is_told_although_there_are_records()
    {
        using var ring = Open(Keep);
        using var stop = new EventFd();
        Sandbox.Call(1);
        Assert.True(ring.Wait(stop.Fd));
        stop.Signal();
        Assert.False(ring.Wait(stop.Fd));
    }

    [Fact]
    public void A_signal_does_not_end_a_wait()
    {
        using var ring = Open(Keep);
        using var stop = new EventFd();
        using var started = new ManualResetEventSlim();
        using var handled = new ManualResetEventSlim();
        using var handler = PosixSignalRegistration.Create((PosixSignal)SIGWINCH, _ => handled.Set());
        int tid = 0;
        bool records = true;
        var waiting = new Thread(() =>
        {
            tid = gettid();
            started.Set();
            records = ring.Wait(stop.Fd);
        });
        waiting.Start();
        started.Wait();
        Assert.True(SpinWait.SpinUntil(() => IsAsleep(tid), 5000));
        Assert.Equal(0, tgkill(Environment.ProcessId, tid, SIGWINCH));
        Assert.True(handled.Wait(5000));
        Assert.False(waiting.Join(100));
        stop.Signal();
        Assert.True(waiting.Join(5000));
        Assert.False(records);
    }

    [Fact]
    public void A_wait_on_a_closed_descriptor_is_an_error()
    {
        using var ring = Open(Keep);
        Assert.Equal(Errno.EBADF, Assert.Throws<BpfException>(() => ring.Wait(1_000_003)).Errno);
    }

    [Fact]
    public void Poll_waits_no_longer_than_it_may()
    {
        using var ring = Open(Keep);
        Assert.Equal(0, ring.Poll(1));
        Sandbox.Call();
        Assert.Equal(Sandbox.Calls, ring.Poll(-1));
    }

    [Fact]
    public void The_object_may_go_before_the_ring()
    {
        using var ring = Open(Keep);
        Sandbox.Call();
        _sample.Dispose();
        Assert.Equal(Sandbox.Calls, ring.Consume());
    }

    [Fact]
    public void A_map_of_another_type_is_refused() =>
        Assert.Equal(Errno.EINVAL,
            Assert.Throws<BpfException>(() => new RingBuffer(_sample.FindMap("slots"), Keep)).Errno);

    private RingBuffer Open(RingBufferCallback handler) => new(_sample.FindMap("events"), handler);

    private void Keep(ReadOnlySpan<byte> record) => _records.Add(MemoryMarshal.Read<ulong>(record));

    private static bool IsAsleep(int tid) =>
        File.ReadAllText($"/proc/self/task/{tid}/syscall").StartsWith(PollNumber(), StringComparison.Ordinal);

    private static string PollNumber() => RuntimeInformation.ProcessArchitecture == Architecture.X64 ? "7 " : "73 ";

    [LibraryImport("libc")]
    private static partial int gettid();

    [LibraryImport("libc")]
    private static partial int tgkill(int tgid, int tid, int signal);
}
