using ProcImage.Abi;

namespace ProcImage.Tests.Unit.Imaging;

public class ReadingTests
{
    private readonly Readings _readings = new();

    [Fact]
    public void A_process_is_what_its_gone_threads_have_left_and_what_its_threads_have()
    {
        var process = Records.Process with { Gone = Usage(1000), Threads = 2, Memory = new() { Resident = 3, Peak = 5, Virtual = 7 } };
        _readings.Read(
            process.Bytes(Records.Waits(100)),
            (Records.Leader with { Usage = Usage(200), Priority = 20, Cpu = 1 }).Bytes(Records.Waits(3000)),
            (Records.Thread with { Usage = Usage(30), Priority = 39, Cpu = 0 }).Bytes(Records.Waits(5_000_000)));

        var portrait = _readings.Only;
        var resources = portrait.Resources;
        var page = (ulong)Environment.SystemPageSize;
        Assert.Equal((3 * page, 5 * page, 7 * page), (resources.ResidentBytes, resources.ResidentPeakBytes, resources.VirtualBytes));
        Assert.Equal(1230UL, resources.Cpu.Total);
        Assert.Equal(5_003_100UL, portrait.Delays.Stats.Sum);
        Assert.Equal(3UL, portrait.Delays.Stats.Count);
        Assert.Equal(Records.Process.ScheduleSince, portrait.Delays.Since);
        Assert.Equal((2U, 20, 1), (portrait.Threads, portrait.Priority, portrait.Cpu));
    }

    [Fact]
    public void Every_figure_of_the_usage_is_summed_on_its_own()
    {
        _readings.Read(
            (Records.Process with { Gone = Usage(1000) }).Bytes(), (Records.Leader with { Usage = Usage(200) }).Bytes());
        var usage = _readings.Only.Resources.Usage;
        Assert.Equal(
            new ulong[] { 1202, 1204, 1206, 1208, 1210, 1212, 1214, 1216 },
            new[]
            {
                usage.VoluntarySwitches, usage.InvoluntarySwitches, usage.MinorFaults, usage.MajorFaults,
                usage.ReadChars, usage.WrittenChars, usage.ReadBytes, usage.WrittenBytes,
            });
    }

    [Fact]
    public void A_name_and_an_identity_come_with_the_first_reading()
    {
        _readings.Read(Records.Process.Bytes());
        Assert.Equal("redis-server", _readings.Only.Comm);
        Assert.Equal(_readings.Identity, _readings.Only.Identity);
        Assert.Equal(1, _readings.Only.Parent);
    }

    [Fact]
    public void The_identity_is_looked_up_again_when_the_name_has_changed()
    {
        _readings.Read(Records.Process.Bytes());
        _readings.Identity = new("/usr/bin/sleep", "/");
        _readings.Read((Records.Process with { Comm = Records.Name("sleep") }).Bytes());
        Assert.Equal("/usr/bin/sleep", _readings.Only.Identity.Exe);
    }

    [Fact]
    public void A_process_whose_leader_has_exited_has_the_memory_that_another_thread_reports()
    {
        var memory = new MemoryUsage { Resident = 11, Peak = 13, Virtual = 17 };
        _readings.Read(
            (Records.Process with { Memory = new() { Peak = 12 } }).Bytes(),
            Records.Leader.Bytes(),
            (Records.Thread with { Memory = memory }).Bytes());
        Assert.Equal(11UL * (ulong)Environment.SystemPageSize, _readings.Only.Resources.ResidentBytes);
    }

    [Fact]
    public void A_thread_that_exits_during_the_reading_makes_no_figure_step_back()
    {
        var process = (Records.Process with { Gone = Usage(1000) }).Bytes(Records.Waits(100));
        _readings.Read(process, (Records.Leader with { Usage = Usage(200) }).Bytes(Records.Waits(3000)));
        var portrait = _readings.Only;
        var (cpu, usage, delays) = (portrait.Resources.Cpu, portrait.Resources.Usage, portrait.Delays.Stats);

        _readings.Read(process);
        Assert.Equal(cpu, portrait.Resources.Cpu);
        Assert.Equal(usage, portrait.Resources.Usage);
        Assert.Equal((delays.Sum, delays.Count, delays.Min), (portrait.Delays.Stats.Sum, portrait.Delays.Stats.Count, portrait.Delays.Stats.Min));

        _readings.Read((Records.Process with { Gone = Usage(1200) }).Bytes(Records.Waits(100, 3000)));
        Assert.Equal(1200UL, portrait.Resources.Cpu.Total);
        Assert.Equal(delays.Sum, portrait.Delays.Stats.Sum);
    }

    [Fact]
    public void CPU_times_are_never_behind_those_that_proc_has_shown()
    {
        var record = Records.Process with { Gone = new() { User = 1, System = 1, Runtime = 1100 }, ShownUser = 1000, ShownSystem = 7 };
        _readings.Read(record.Bytes());
        Assert.Equal((1000UL, 100UL), (_readings.Only.Resources.Cpu.User, _readings.Only.Resources.Cpu.System));
    }

    [Fact]
    public void A_thread_of_another_life_of_its_pid_is_not_summed()
    {
        _readings.Read(
            Records.Process.Bytes(), (Records.Thread with { LeaderStartId = Records.StartId + 1, Usage = Usage(30) }).Bytes());
        Assert.Equal(0UL, _readings.Only.Resources.Cpu.Total);
    }

    [Theory]
    [InlineData(ImageSet.Resource, true, false)]
    [InlineData(ImageSet.Schedule, false, true)]
    [InlineData(Records.Both, true, true)]
    public void Only_the_images_that_count_are_shown(ImageSet images, bool resources, bool delays)
    {
        _readings.Read((Records.Process with { Images = images, Kept = images }).Bytes());
        Assert.Equal((resources, delays), (_readings.Only.HasResources, _readings.Only.HasDelays));
    }

    private static ResourceUsage Usage(ulong runtime) => new()
    {
        User = runtime,
        Runtime = runtime,
        VoluntarySwitches = runtime + 1,
        InvoluntarySwitches = runtime + 2,
        MinorFaults = runtime + 3,
        MajorFaults = runtime + 4,
        ReadChars = runtime + 5,
        WrittenChars = runtime + 6,
        ReadBytes = runtime + 7,
        WrittenBytes = runtime + 8,
    };
}
