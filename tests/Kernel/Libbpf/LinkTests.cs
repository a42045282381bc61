using Libbpf;

namespace ProcImage.Tests.Kernel.Libbpf;

[Collection(SandboxUsers.Name)]
public class LinkTests(Sandbox sandbox)
{
    [Fact]
    public void A_program_runs_from_the_attachment_to_the_disposal()
    {
        using var sample = sandbox.Load();
        var slots = sample.FindMap("slots");
        Sandbox.Call();
        Assert.Equal(0ul, slots.Lookup<uint, ulong>(0));
        using (sample.FindProgram("on_enter").Attach())
            Sandbox.Call();
        Sandbox.Call();
        Assert.Equal((ulong)Sandbox.Calls, slots.Lookup<uint, ulong>(0));
        var perCpu = new ulong[Bpf.PossibleCpus];
        Assert.True(sample.FindMap("wide").TryLookupPerCpu(0u, perCpu.AsSpan()));
        Assert.Equal(Sandbox.Calls * Sandbox.Factor, perCpu.Aggregate((a, b) => a + b));
    }

    [Fact]
    public void A_disconnected_link_stays_attached()
    {
        using var sample = sandbox.Load();
        var link = sample.FindProgram("on_enter").Attach();
        uint id = link.Info().Id;
        link.Disconnect();
        int fd = link.Fd;
        link.Dispose();
        Assert.NotNull(BpfInventory.Link(id));
        new Microsoft.Win32.SafeHandles.SafeFileHandle(fd, ownsHandle: true).Dispose();
        Assert.True(SpinWait.SpinUntil(() => BpfInventory.Link(id) is null, 5000));
    }

    [Fact]
    public void A_disposed_link_has_no_descriptor()
    {
        using var sample = sandbox.Load();
        var link = sample.FindProgram("on_enter").Attach();
        link.Dispose();
        Assert.Throws<ObjectDisposedException>(() => link.Fd);
        Assert.Throws<ObjectDisposedException>(() => link.Pin(sandbox.NewPin()));
    }

    [Fact]
    public void The_kernel_counts_runs_while_it_is_asked_to()
    {
        using var sample = sandbox.Load();
        var program = sample.FindProgram("on_enter");
        using var link = program.Attach();
        using (Bpf.EnableStats())
            Sandbox.Call();
        var info = program.Info();
        Assert.True(info.RunCount >= Sandbox.Calls, $"{info}");
        Assert.True(info.RunTime > 0 && info.VerifiedInstructions > 0, $"{info}");
        Assert.Equal(("on_enter", link.Info().ProgramId), (info.Name, info.Id));
    }

    [Fact]
    public void The_inventory_grows_by_what_is_loaded()
    {
        using var sample = sandbox.Load();
        using var link = sample.FindProgram("on_enter").Attach();
        Assert.Contains(sample.FindProgram("on_enter").Info().Id, BpfInventory.ProgramIds());
        Assert.Contains(sample.FindMap("events").Info.Id, BpfInventory.MapIds());
        Assert.Contains(link.Info().Id, BpfInventory.LinkIds());
        Assert.Equal(sample.FindMap("events").Info, BpfInventory.Map(sample.FindMap("events").Info.Id));
        var counts = BpfInventory.Count();
        Assert.True(counts is { Programs: >= 2, Maps: >= 5, Links: >= 1 }, $"{counts}");
        Assert.Null(BpfInventory.Program(uint.MaxValue));
    }
}
