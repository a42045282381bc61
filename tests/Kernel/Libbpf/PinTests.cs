using Libbpf;

namespace ProcImage.Tests.Kernel.Libbpf;

[Collection(SandboxUsers.Name)]
public class PinTests(Sandbox sandbox)
{
    [Fact]
    public void A_pinned_map_outlives_its_object()
    {
        string pin = sandbox.NewPin();
        using (var sample = sandbox.Load())
        {
            sample.FindMap("slots").Update(3u, 13ul);
            sample.FindMap("slots").Pin(pin);
            Assert.Equal(Errno.EEXIST, Assert.Throws<BpfException>(() => sample.FindMap("wide").Pin(pin)).Errno);
        }

        using var map = BpfMap.OpenPinned(pin);
        map.ExpectShape(BpfMapType.Array, 4, 8, 7);
        Assert.Equal(13ul, map.Lookup<uint, ulong>(3));
        map.Update(3u, 17ul);
        using var readOnly = BpfMap.OpenPinned(pin, readOnly: true);
        Assert.Equal(17ul, readOnly.Lookup<uint, ulong>(3));
        var error = Assert.Throws<BpfException>(() => readOnly.Update(3u, 19ul));
        Assert.Equal(Errno.EPERM, error.Errno);
        Assert.Contains("the map is read-only", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_map_is_used_again_by_another_object()
    {
        string pin = sandbox.NewPin();
        using (var first = sandbox.Load())
        {
            first.FindMap("slots").Update(1u, 23ul);
            first.FindMap("slots").Pin(pin);
        }

        using var existing = BpfMap.OpenPinned(pin);
        using var second = sandbox.OpenTracing();
        second.FindMap("slots").Reuse(existing);
        second.Load();
        Assert.Equal(existing.Info.Id, second.FindMap("slots").Info.Id);
        Assert.Equal(23ul, second.FindMap("slots").Lookup<uint, ulong>(1));
    }

    [Fact]
    public void A_pinned_link_goes_on_without_its_object()
    {
        string link = sandbox.NewPin(), map = sandbox.NewPin();
        using (var sample = sandbox.Load())
        using (var attached = sample.FindProgram("on_enter").Attach())
        {
            attached.Pin(link);
            sample.FindMap("slots").Pin(map);
        }

        Sandbox.Call();
        using var slots = BpfMap.OpenPinned(map);
        Assert.Equal((ulong)Sandbox.Calls, slots.Lookup<uint, ulong>(0));
        using (var adopted = BpfLink.OpenPinned(link))
        {
            Assert.Equal("on_enter", BpfInventory.Program(adopted.Info().ProgramId)?.Name);
            Assert.Equal(adopted.Info(), BpfInventory.Link(adopted.Info().Id));
            File.Delete(link);
        }

        EndsSoon(slots);
    }

    [Fact]
    public void A_pinned_program_is_attached_without_its_object()
    {
        string program = sandbox.NewPin(), map = sandbox.NewPin(), pin = sandbox.NewPin();
        using (var sample = sandbox.Load())
        {
            sample.FindProgram("on_enter").Pin(program);
            sample.FindMap("slots").Pin(map);
        }

        using var pinned = PinnedProgram.Open(program);
        using var slots = BpfMap.OpenPinned(map);
        Sandbox.Call();
        Assert.Equal(0ul, slots.Lookup<uint, ulong>(0));
        using (var link = pinned.Attach())
        {
            Assert.Equal(pinned.Info().Id, link.Info().ProgramId);
            link.Pin(pin);
        }

        Sandbox.Call();
        Assert.Equal((ulong)Sandbox.Calls, slots.Lookup<uint, ulong>(0));
        File.Delete(pin);
        EndsSoon(slots);
    }

    [Fact]
    public void A_pin_of_another_kind_is_refused()
    {
        using var sample = sandbox.Load();
        string map = sandbox.NewPin(), program = sandbox.NewPin(), link = sandbox.NewPin();
        sample.FindMap("slots").Pin(map);
        sample.FindProgram("on_enter").Pin(program);
        using var attached = sample.FindProgram("on_enter").Attach();
        attached.Pin(link);

        Refused(() => BpfMap.OpenPinned(program));
        Refused(() => BpfMap.OpenPinned(link));
        Refused(() => PinnedProgram.Open(map));
        Refused(() => PinnedProgram.Open(link));
        Refused(() => BpfLink.OpenPinned(map));
        Refused(() => BpfLink.OpenPinned(program));
        Refused(() => BpfIterator.Open(attached));
        Assert.Contains("the pin is no iterator",
            Assert.Throws<BpfException>(() => BpfIterator.OpenPinned(link)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Only_a_bpffs_takes_pins()
    {
        using var sample = sandbox.Load();
        string elsewhere = Path.Combine(sandbox.Root, "pin");
        Assert.Contains("mount -t bpf", Assert.Throws<BpfException>(
            () => sample.FindMap("slots").Pin(elsewhere)).Message, StringComparison.Ordinal);
        string nowhere = Path.Combine(sandbox.Bpffs, "missing", "pin");
        Assert.Contains("create the directory first", Assert.Throws<BpfException>(
            () => sample.FindMap("slots").Pin(nowhere)).Message, StringComparison.Ordinal);
        Assert.Equal(Errno.ENOENT, Assert.Throws<BpfException>(() => BpfMap.OpenPinned(nowhere)).Errno);
    }

    /// <summary>The kernel detaches some time after the pin is removed: it frees inodes after a grace period.</summary>
    private static void EndsSoon(BpfMap slots) =>
        Assert.True(SpinWait.SpinUntil(
            () =>
            {
                ulong before = slots.Lookup<uint, ulong>(0);
                Sandbox.Call(1);
                return slots.Lookup<uint, ulong>(0) == before;
            },
            5000));

    private static void Refused(Func<IDisposable> open) =>
        Assert.Equal(Errno.EINVAL, Assert.Throws<BpfException>(() => open().Dispose()).Errno);
}
