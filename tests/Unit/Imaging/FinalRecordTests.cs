using ProcImage.Abi;
using ProcImage.Imaging;

namespace ProcImage.Tests.Unit.Imaging;

public class FinalRecordTests
{
    private readonly Readings _readings = new();

    [Fact]
    public void A_final_record_ends_a_life_with_everything_in_it()
    {
        _readings.Read(Records.Process.Bytes(Records.Waits(3000)));
        _readings.Receive((Records.Final with { Gone = new() { Runtime = 900 } }).Bytes(Records.Waits(3000, 5000)));
        var portrait = _readings.Only;
        Assert.True(portrait.IsDead && portrait.IsFinal && portrait.IsComplete);
        Assert.Equal((3, 0), (portrait.ExitCode, portrait.ExitSignal));
        Assert.Equal(900UL, portrait.Resources.Cpu.Total);
        Assert.Equal(8000UL, portrait.Delays.Stats.Sum);
        Assert.True(portrait.HasResources && portrait.HasDelays);
    }

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(255 << 8, 255, 0)]
    [InlineData(9, 0, 9)]
    [InlineData(11 | 0x80, 0, 11)]
    public void An_exit_is_told_as_wait_tells_it(int status, int code, int signal)
    {
        _readings.Receive((Records.Final with { ExitCode = status }).Bytes());
        Assert.Equal((code, signal), (_readings.Only.ExitCode, _readings.Only.ExitSignal));
    }

    [Fact]
    public void A_life_too_short_for_any_reading_is_shown_from_its_final_record()
    {
        _readings.Receive(Records.Final.Bytes(Records.Waits(3000)));
        Assert.True(_readings.Only.HasResources && _readings.Only.HasDelays && _readings.Only.IsComplete);
        Assert.Equal("redis-server", _readings.Only.Comm);
    }

    [Fact]
    public void A_zombie_is_dead_and_not_final()
    {
        var zombie = Records.Final with { Header = Records.Head(RecordType.Process, RecordFlag.Dead) };
        _readings.Read(zombie.Bytes());
        Assert.True(_readings.Only.IsDead);
        Assert.False(_readings.Only.IsFinal);
        Assert.Equal(3, _readings.Only.ExitCode);
    }

    [Fact]
    public void A_portrait_keeps_the_time_of_death_that_it_has_shown()
    {
        var zombie = Records.Final with { Header = Records.Head(RecordType.Process, RecordFlag.Dead) };
        var shown = _readings.Read(zombie.Bytes()).Only.ExitTime;
        Assert.Equal(shown, _readings.Read(zombie.Bytes()).Receive(Records.Final.Bytes()).Only.ExitTime);
    }

    [Fact]
    public void The_dead_keep_their_figures_for_the_linger_and_are_then_forgotten()
    {
        _readings.Receive((Records.Final with { Gone = new() { Runtime = 900 } }).Bytes(Records.Waits(3000)));
        _readings.Read().Wait(299).Read();
        Assert.Equal(900UL, _readings.Only.Resources.Cpu.Total);
        Assert.True(_readings.Only.HasResources && _readings.Only.HasDelays && _readings.Only.IsComplete);
        _readings.Wait(1).Read();
        Assert.Empty(_readings.Table.Portraits);
    }

    [Fact]
    public void Nothing_changes_after_the_final_record()
    {
        _readings.Receive((Records.Final with { Gone = new() { Runtime = 900 } }).Bytes());
        _readings.Read((Records.Process with { Gone = new() { Runtime = 1100 } }).Bytes());
        Assert.Equal(900UL, _readings.Only.Resources.Cpu.Total);
        Assert.True(_readings.Only.IsFinal);
    }

    [Fact]
    public void Of_the_dead_the_latest_1000_are_kept()
    {
        for (var i = 1; i <= 1009; i++)
            _readings.Receive((Records.Final with { Tgid = i }).Bytes());
        Assert.Equal(1000, _readings.Table.Portraits.Count);
        Assert.Null(_readings.Table.Find(new Subject(9, 0, Records.StartId)));
        Assert.NotNull(_readings.Table.Find(new Subject(10, 0, Records.StartId)));
        Assert.NotNull(_readings.Table.Find(new Subject(1009, 0, Records.StartId)));
    }

    [Fact]
    public void A_target_is_not_driven_out_by_others_that_die()
    {
        var target = Records.Final with { Tgid = 4 };
        target.Policies[(int)Name.NamedByProcess] = 1;
        _readings.Receive(target.Bytes());
        for (var i = 11; i <= 1109; i++)
            _readings.Receive((Records.Final with { Tgid = i }).Bytes());
        Assert.NotNull(_readings.Table.Find(new Subject(4, 0, Records.StartId)));
        _readings.Wait(300).Read();
        Assert.Empty(_readings.Table.Portraits);
    }

    [Fact]
    public void A_life_that_lacks_a_thread_is_not_complete_whatever_comes()
    {
        _readings.Read((Records.Process with { Header = Records.Head(RecordType.Process, RecordFlag.Incomplete) }).Bytes());
        Assert.False(_readings.Only.IsComplete);
        _readings.Receive((Records.Final with
        {
            Header = Records.Head(RecordType.FinalProcess, RecordFlag.Dead | RecordFlag.Incomplete),
        }).Bytes());
        Assert.False(_readings.Only.IsComplete);
    }

    [Fact]
    public void A_reused_pid_is_another_life()
    {
        _readings.Receive(Records.Final.Bytes());
        _readings.Read((Records.Process with { StartId = Records.StartId + 1 }).Bytes());
        Assert.Equal(2, _readings.Table.Portraits.Count);
        Assert.True(_readings.Table.Find(new Subject(4241, 0, Records.StartId))!.IsDead);
        Assert.False(_readings.Table.Find(new Subject(4241, 0, Records.StartId + 1))!.IsDead);
    }

    [Fact]
    public void A_life_that_is_reaped_just_before_its_final_record_comes_stays_what_it_was()
    {
        var process = Records.Process with { Images = ImageSet.Resource, Kept = ImageSet.Resource };
        _readings.Read(process.Bytes());
        _readings.Identity = null;
        _readings.Read();
        Assert.True(_readings.Table.Portraits.SingleOrDefault()?.HasResources, "it is not shown between the two");
        _readings.Receive((Records.Final with { Images = ImageSet.Resource, Kept = ImageSet.Resource }).Bytes());
        Assert.Equal("/usr/bin/redis-server", _readings.Only.Identity.Exe);
    }
}
