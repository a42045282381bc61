namespace ProcImage.Tests.Kernel;

/// <summary>The host's resources, read between two readings of /proc.</summary>
public sealed class SystemResourceTests(ITestOutputHelper log, SharedLoader shared)
    : KernelTest(log, shared), IClassFixture<SharedLoader>
{
    [Fact]
    public void Cpu_time_is_that_of_proc_stat_by_mode()
    {
        Loader.Control("-r", $"-P{Environment.ProcessId}");
        var before = Proc.CpuTicks();
        var found = Loader.Scrape();
        var after = Proc.CpuTicks();
        foreach (string mode in before.Keys)
        {
            decimal seconds = found.Value("proc_image_system_cpu_seconds_total", ("mode", mode));
            Assert.InRange(seconds * ProcStat.TicksPerSecond, before[mode], after[mode]);
        }
    }

    [Fact]
    public void Available_memory_is_that_of_proc_meminfo()
    {
        Loader.Control("-r", $"-P{Environment.ProcessId}");
        decimal found = Loader.Scrape().Value("proc_image_system_memory_available_bytes");
        decimal expected = Proc.Memory()["MemAvailable"] * 1024m;
        Assert.InRange(found, expected * 0.99m, expected * 1.01m);
    }

    [Fact]
    public void Written_storage_grows_with_a_synced_file()
    {
        var io = Start("io", 0);
        Loader.Control("-r", "-P", $"{io.Pid}");
        decimal before = Written();
        io.Go();
        Assert.InRange(Written() - before, 1_000_003, decimal.MaxValue);
    }

    private decimal Written() => Loader.Scrape().Value("proc_image_system_storage_written_bytes_total");
}
