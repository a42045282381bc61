using ProcImage.Abi;
using ProcImage.Imaging;

namespace ProcImage.Tests.Unit.Imaging;

public class RunsLeftOutTests
{
    private readonly Dictionary<string, ulong?> _counts = new() { ["sys_enter"] = 0, ["sys_exit"] = 0, ["sched_process_exit"] = 0 };
    private readonly Readings _readings = new();
    private (ulong Lost, ulong Seen) _kept;

    [Fact]
    public void What_is_left_out_while_nothing_is_imaged_is_no_loss()
    {
        var runs = Begin(ImageSet.None);
        _counts["sys_enter"] = 3;
        Assert.Equal(ImageSet.None, runs.Look(ImageSet.Syscall)); // activated right now
        Assert.Equal((0UL, 3UL), _kept);
    }

    [Fact]
    public void What_is_left_out_while_an_image_counts_that_needs_it_is_lost()
    {
        var runs = Begin(ImageSet.None);
        runs.Look(ImageSet.Syscall | ImageSet.Schedule);
        _counts["sys_enter"] = 5;
        _counts["sys_exit"] = 7;
        Assert.Equal(ImageSet.Syscall, runs.Look(ImageSet.None));
        Assert.Equal((12UL, 12UL), _kept);
        _counts["sys_exit"] = 8;
        Assert.Equal(ImageSet.None, runs.Look(ImageSet.None));
        Assert.Equal((12UL, 13UL), _kept);
    }

    [Fact]
    public void A_death_that_is_left_out_concerns_every_image()
    {
        var runs = Begin(ImageSet.Resource);
        _counts["sched_process_exit"] = 1;
        Assert.Equal(ImageSet.Resource, runs.Look(ImageSet.Resource));
    }

    [Fact]
    public void What_is_left_out_while_no_loader_is_there_is_lost_too()
    {
        _kept = (2, 10);
        _counts["sys_exit"] = 10;
        Assert.Equal(ImageSet.None, Begin(ImageSet.Syscall).Look(ImageSet.Syscall));
        _counts["sys_exit"] = 13;
        Assert.Equal(ImageSet.Syscall, Begin(ImageSet.Syscall).Look(ImageSet.Syscall));
        Assert.Equal((5UL, 13UL), _kept);
    }

    [Fact]
    public void A_loader_that_may_not_ask_says_what_the_one_before_has_seen()
    {
        _kept = (2, 10);
        foreach (var hook in _counts.Keys)
            _counts[hook] = null;
        Assert.Equal(ImageSet.None, Begin(ImageSet.Syscall).Look(ImageSet.Syscall));
        Assert.Equal((2UL, 10UL), _kept);
    }

    [Fact]
    public void A_life_that_had_one_of_the_images_is_not_complete()
    {
        var process = Records.Process;
        _readings.Read(process.Bytes(Records.Waits(3000))).Wait(1);
        Assert.True(_readings.ReadLacking(ImageSet.Syscall, process.Bytes(Records.Waits(3000))).Only.IsComplete);
        Assert.False(_readings.Wait(1).ReadLacking(ImageSet.Schedule, process.Bytes(Records.Waits(3000))).Only.IsComplete);
        Assert.False(_readings.Wait(1).Read(process.Bytes(Records.Waits(3000))).Only.IsComplete);
        Assert.False(_readings.Adopt().Read(process.Bytes(Records.Waits(3000))).Only.IsComplete);
    }

    [Fact]
    public void Images_that_begin_anew_lack_nothing_yet()
    {
        var (process, frozen) = (Records.Process, Records.Process with { Images = ImageSet.None });
        _readings.Read(process.Bytes(Records.Waits(3000))).Wait(1);
        _readings.ReadLacking(ImageSet.Schedule, process.Bytes(Records.Waits(3000)));
        Assert.False(_readings.Read(frozen.Bytes(Records.Waits(3000))).Only.IsComplete);
        Assert.True(_readings.Read(process.Bytes(Records.Waits(3000))).Only.IsComplete);
    }

    [Fact]
    public void Of_the_dead_it_concerns_those_that_have_died_since_the_last_reading()
    {
        _readings.Read().Wait(1).Receive((Records.Final with { Tgid = 11 }).Bytes(Records.Waits(3000)));
        _readings.Wait(1).Read().Wait(1).Receive((Records.Final with { Tgid = 13 }).Bytes(Records.Waits(3000)));
        _readings.Wait(1).ReadLacking(ImageSet.Schedule);
        Assert.Equal([11], _readings.Table.Portraits.Where(portrait => portrait.IsComplete).Select(portrait => portrait.Subject.Tgid));
    }

    private RunsLeftOut Begin(ImageSet counting) =>
        new([.. _counts.Keys], hook => _counts[hook], counting, _kept, (lost, seen) => _kept = (lost, seen));
}
