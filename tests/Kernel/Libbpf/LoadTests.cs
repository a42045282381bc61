using Libbpf;

namespace ProcImage.Tests.Kernel.Libbpf;

[Collection(SandboxUsers.Name)]
public class LoadTests(Sandbox sandbox)
{
    [Fact]
    public void Programs_and_maps_are_listed_before_the_load()
    {
        using var sample = sandbox.Open();
        Assert.Equal(["on_enter", "each_task", "refused", "nowhere"], sample.Programs.Select(p => p.Name));
        Assert.Equal(["tp_btf/sys_enter", "iter/task", "tp_btf/sys_enter", "tp_btf/no_such_tracepoint"],
            sample.Programs.Select(p => p.Section));
        Assert.Equal([true, true, false, false], sample.Programs.Select(p => p.Autoload));
        Assert.Equal(["events", "narrow", "sample.rodata", "slots", "triples", "wide"],
            sample.Maps.Select(m => m.DisplayName).Order(StringComparer.Ordinal));
        Assert.Same(sample.Programs[1], sample.FindProgram("each_task"));
        Assert.Contains(sample.FindMap("events"), sample.Maps);
    }

    [Fact]
    public void What_is_not_there_is_not_found()
    {
        using var sample = sandbox.Open();
        Assert.Equal(Errno.ENOENT, Assert.Throws<BpfException>(() => sample.FindProgram("none")).Errno);
        Assert.Equal(Errno.ENOENT, Assert.Throws<BpfException>(() => sample.FindMap("none")).Errno);
        Assert.Equal(Errno.ENOENT, Assert.Throws<BpfException>(() => sample.SetVariable("none", 1)).Errno);
    }

    [Fact]
    public void A_variable_of_another_size_is_refused()
    {
        using var sample = sandbox.Open();
        Assert.Contains("it has 8 bytes, Int32 has 4",
            Assert.Throws<BpfException>(() => sample.SetVariable("factor", 17)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_only_data_is_set_within_its_section()
    {
        using var sample = sandbox.Open();
        int end = sample.FindMap(".rodata").InitialValue.Length;
        sample.SetReadOnlyData(".rodata", end - 4, 7);
        Assert.Equal(7, sample.FindMap(".rodata").InitialValue[end - 4]);
        Assert.Throws<ArgumentOutOfRangeException>(() => sample.SetReadOnlyData(".rodata", end - 3, 7));
        Assert.Throws<ArgumentOutOfRangeException>(() => sample.SetReadOnlyData(".rodata", -1, 7));
    }

    [Fact]
    public void Nothing_is_configured_after_the_load()
    {
        using var sample = sandbox.Load();
        Assert.Throws<InvalidOperationException>(() => sample.SetVariable("factor", 1ul));
        Assert.Throws<InvalidOperationException>(() => sample.Programs[0].Autoload = false);
        Assert.Throws<InvalidOperationException>(() => sample.FindMap("slots").SetMaxEntries(1));
    }

    [Fact]
    public void What_is_not_loaded_has_no_descriptor()
    {
        using var sample = sandbox.Open();
        Assert.Contains("load the object first",
            Assert.Throws<BpfException>(() => sample.FindMap("slots").Info).Message, StringComparison.Ordinal);
        sample.Load();
        var error = Assert.Throws<BpfException>(() => sample.FindProgram("refused").Attach());
        Assert.Contains("it is not loaded", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_refused_program_comes_with_the_verifiers_log()
    {
        using var sample = sandbox.Open();
        sample.FindProgram("refused").Autoload = true;
        var error = Assert.Throws<BpfException>(sample.Load);
        Assert.Equal("cannot load program refused: EACCES (Permission denied); "
            + "the verifier refused it: R0 invalid mem access 'scalar'", error.Message.Replace("'inv'", "'scalar'"));
        Assert.Contains("bpf_get_prandom_u32", error.VerifierLog, StringComparison.Ordinal);
        Assert.True(sample.IsLoaded);
    }

    [Fact]
    public void A_missing_tracepoint_is_named()
    {
        using var sample = sandbox.Open();
        sample.FindProgram("nowhere").Autoload = true;
        var error = Assert.Throws<BpfException>(sample.Load);
        Assert.Equal("cannot load program nowhere (tp_btf/no_such_tracepoint): ESRCH (No such process); "
            + "this kernel has no such tracepoint or function: leave the program out", error.Message);
    }

    [Fact]
    public void Tracepoints_are_probed()
    {
        Assert.True(Bpf.HasTracepoint("sched_switch"));
        Assert.False(Bpf.HasTracepoint("no_such_tracepoint"));
    }

    [Fact]
    public void Max_entries_are_set_before_the_load()
    {
        using var sample = sandbox.Open();
        sample.FindMap("slots").SetMaxEntries(31);
        sample.Load();
        Assert.Equal(31, sample.FindMap("slots").Info.MaxEntries);
    }

    [Fact]
    public void A_map_that_nobody_needs_can_be_left_out()
    {
        using var sample = sandbox.Open();
        sample.FindMap("narrow").SetAutocreate(false);
        sample.Load();
        Assert.Throws<BpfException>(() => sample.FindMap("narrow").Info);
        Assert.Equal(3, sample.FindMap("wide").Info.MaxEntries);
    }

    [Fact]
    public void A_disposed_object_is_of_no_use()
    {
        var sample = sandbox.Load();
        var (program, map) = (sample.Programs[0], sample.Maps[0]);
        int before = BpfInventory.MapIds().Count;
        sample.Dispose();
        Assert.True(SpinWait.SpinUntil(() => BpfInventory.MapIds().Count < before, 5000));
        Assert.Throws<ObjectDisposedException>(() => program.Fd);
        Assert.Throws<ObjectDisposedException>(() => map.TryLookup<uint, ulong>(0, out _));
    }
}
