using Libbpf;

namespace ProcImage.Tests.Kernel.Libbpf;

[Collection(SandboxUsers.Name)]
public sealed class MapTests : IDisposable
{
    private readonly BpfObject _sample;

    public MapTests(Sandbox sandbox) => _sample = sandbox.Load();

    public void Dispose() => _sample.Dispose();

    private readonly record struct Triple(uint A, uint B, uint C);

    [Fact]
    public void The_kernel_tells_the_shape()
    {
        var info = _sample.FindMap("triples").Info;
        Assert.Equal((BpfMapType.Hash, 4, 12, 11, "triples"),
            (info.Type, info.KeySize, info.ValueSize, info.MaxEntries, info.Name));
        _sample.FindMap("triples").ExpectShape(BpfMapType.Hash, 4, 12, 11);
        Assert.Contains("its values have 12 bytes, expected 16", Assert.Throws<BpfException>(
            () => _sample.FindMap("triples").ExpectShape(BpfMapType.Hash, 4, 16)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_hash_keeps_what_it_is_given()
    {
        var map = _sample.FindMap("triples");
        Assert.False(map.TryLookup(5u, out Triple _));
        Assert.Equal(Errno.ENOENT, Assert.Throws<BpfException>(() => map.Lookup<uint, Triple>(5)).Errno);
        map.Update(5u, new Triple(2, 3, 5), MapUpdate.NoExist);
        Assert.Equal(new Triple(2, 3, 5), map.Lookup<uint, Triple>(5));
        Assert.Equal(Errno.EEXIST,
            Assert.Throws<BpfException>(() => map.Update(5u, default(Triple), MapUpdate.NoExist)).Errno);
        Assert.Equal(Errno.ENOENT,
            Assert.Throws<BpfException>(() => map.Update(7u, default(Triple), MapUpdate.Exist)).Errno);
        Assert.True(map.Delete(5u));
        Assert.False(map.Delete(5u));
    }

    [Fact]
    public void A_full_hash_says_so_and_lists_its_keys()
    {
        var map = _sample.FindMap("triples");
        Assert.Empty(map.Keys<uint>());
        for (uint key = 0; key < 11; key++)
            map.Update(key, new Triple(key, 0, 0));
        Assert.Equal(Enumerable.Range(0, 11).Select(k => (uint)k), map.Keys<uint>().Order());
        var error = Assert.Throws<BpfException>(() => map.Update(11u, default(Triple)));
        Assert.Equal(Errno.E2BIG, error.Errno);
        Assert.Contains("the map is full", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_array_is_written_and_read_at_once()
    {
        var map = _sample.FindMap("slots");
        map.WriteArray<ulong>([2, 3, 5, 7, 11]);
        var values = new ulong[9];
        Assert.Equal(7, map.ReadArray<ulong>(values));
        Assert.Equal([2, 3, 5, 7, 11, 0, 0, 0, 0], values);
        Assert.Equal(2, map.ReadArray(values.AsSpan(0, 2)));
        Assert.Equal(0, map.ReadArray<ulong>([]));
        Assert.Throws<BpfException>(() => map.WriteArray<ulong>(new ulong[8]));
        Assert.Equal(11ul, map.Lookup<uint, ulong>(4));
    }

    [Fact]
    public void A_per_cpu_array_is_written_and_read_at_once()
    {
        var map = _sample.FindMap("wide");
        ulong[] written = [.. Enumerable.Range(1, 3 * Bpf.PossibleCpus).Select(i => (ulong)i)];
        map.WriteArray<ulong>(written);
        var read = new ulong[written.Length];
        Assert.Equal(3, map.ReadArray<ulong>(read));
        Assert.Equal(written, read);
    }

    [Fact]
    public void Narrow_per_cpu_values_are_taken_out_of_their_stride()
    {
        var map = _sample.FindMap("narrow");
        Assert.Equal(8 * Bpf.PossibleCpus, map.PerCpuSize);
        var bytes = new byte[map.PerCpuSize];
        for (int cpu = 0; cpu < Bpf.PossibleCpus; cpu++)
            bytes[cpu * 8] = (byte)(cpu + 1);
        map.UpdatePerCpu(2u, bytes);
        var values = new uint[Bpf.PossibleCpus];
        Assert.True(map.TryLookupPerCpu(2u, values.AsSpan()));
        Assert.Equal(Enumerable.Range(1, Bpf.PossibleCpus).Select(i => (uint)i), values);
        Assert.False(map.TryLookupPerCpu(3u, values.AsSpan()));
        Assert.Throws<BpfException>(() => map.ReadArray(values.AsSpan()));
    }

    [Fact]
    public void A_wrong_size_is_refused_before_the_kernel_writes()
    {
        var single = _sample.FindMap("triples");
        Refused("its keys have 4 bytes, the caller's 8", () => single.TryLookup(1ul, out Triple _));
        Refused("its values have 12 bytes, the caller's 8", () => single.TryLookup(1u, out ulong _));
        Refused("its values have 12 bytes, the caller's 16", () => single.Update(1u, default(Int128)));
        Refused("its keys have 4 bytes, the caller's 2", () => single.Delete((short)1));
        Refused("its keys have 4 bytes, the caller's 1", () => single.Keys<byte>());
        Refused("it has one value for all CPUs", () => single.TryLookupPerCpu(1u, new byte[4096]));
        Refused("it is a Hash", () => single.ReadArray(new Triple[11].AsSpan()));
        var perCpu = _sample.FindMap("wide");
        Refused("it has a value for each CPU", () => perCpu.TryLookup(1u, out ulong _));
        Refused("it needs a buffer of", () => perCpu.TryLookupPerCpu(1u, new byte[perCpu.PerCpuSize - 1]));
        Refused("it needs a buffer of", () => perCpu.TryLookupPerCpu(1u, new ulong[Bpf.PossibleCpus - 1].AsSpan()));
        Refused("it needs a buffer of", () => perCpu.UpdatePerCpu(1u, new byte[8 * (Bpf.PossibleCpus - 1)]));
        Refused("its values have 8 bytes, the caller's 4",
            () => perCpu.TryLookupPerCpu(1u, new uint[Bpf.PossibleCpus].AsSpan()));
    }

    private static void Refused(string reason, Action access)
    {
        var error = Assert.Throws<BpfException>(access);
        Assert.Equal(0, error.Errno);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }
}
