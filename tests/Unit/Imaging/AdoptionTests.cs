using ProcImage.Abi;
using ProcImage.Imaging;

namespace ProcImage.Tests.Unit.Imaging;

/// <summary>A loader that takes over from one that was killed never shows less than that one has shown.</summary>
public class AdoptionTests
{
    private readonly Readings _readings = new();

    [Fact]
    public void Neither_part_of_the_cpu_time_steps_back()
    {
        Read(new() { User = 9, System = 1, Runtime = 1000 });
        Assert.Equal(new CpuTime(900, 100), _readings.Only.Resources.Cpu);
        _readings.Adopt();
        Read(new() { User = 9, System = 9, Runtime = 1010 });
        Assert.Equal(new CpuTime(900, 110), _readings.Only.Resources.Cpu);
    }

    [Fact]
    public void A_reading_that_a_thread_has_dropped_out_of_shows_nothing_less()
    {
        var usage = new ResourceUsage { Runtime = 70, VoluntarySwitches = 7, MinorFaults = 5, ReadChars = 3 };
        var thread = Records.Thread with { Usage = usage };
        _readings.Read(Records.Process.Bytes(Records.Waits(3000)), thread.Bytes(Records.Waits(5000)));
        _readings.Adopt().Read(Records.Process.Bytes(Records.Waits(3000)));
        var (portrait, stats) = (_readings.Only, _readings.Only.Delays.Stats);
        Assert.Equal((70UL, 7UL, 5UL, 3UL), (
            portrait.Resources.Cpu.Total,
            portrait.Resources.Usage.VoluntarySwitches,
            portrait.Resources.Usage.MinorFaults,
            portrait.Resources.Usage.ReadChars));
        Assert.Equal((8000UL, 2UL, 3000UL, 5000UL), (stats.Sum, stats.Count, stats.Min, stats.Max));
    }

    [Fact]
    public void Delays_of_a_later_activation_begin_anew()
    {
        _readings.Read(Records.Process.Bytes(Records.Waits(3000, 5000)));
        var later = Records.Process with { ScheduleSince = Records.Process.ScheduleSince + 1 };
        _readings.Adopt().Read(later.Bytes(Records.Waits(7)));
        Assert.Equal(7UL, _readings.Only.Delays.Stats.Sum);
    }

    [Fact]
    public void A_thread_that_is_a_target_goes_on_apart_from_its_process()
    {
        _readings.Read((Records.Target with { Usage = new() { User = 9, System = 1, Runtime = 1000 } }).Bytes());
        _readings.Adopt().Read((Records.Target with { Usage = new() { System = 9, Runtime = 1010 } }).Bytes());
        Assert.Equal(new CpuTime(900, 110), _readings.Only.Resources.Cpu);
    }

    [Fact]
    public void The_dead_stay_counted()
    {
        _readings.Receive((Records.Final with { Gone = new() { Runtime = 700 } }).Bytes()).Adopt();
        Assert.Equal((1UL, 700UL), (_readings.Table.Exits.Count(ExitCause.Exit), _readings.Table.Exits.Cpu.Total));
        Assert.Equal(1UL, _readings.Table.Exits.Lifetimes.Count);
    }

    [Fact]
    public void A_death_whose_record_is_still_there_after_it_was_counted_is_not_counted_again()
    {
        _readings.Receive(Records.Final.Bytes()).Adopt().Receive(Records.Final.Bytes());
        Assert.True(_readings.Only.IsFinal);
        Assert.Equal(1UL, _readings.Table.Exits.Count(ExitCause.Exit));
    }

    [Fact]
    public void A_death_that_was_counted_without_its_final_record_is_not_counted_again_with_it()
    {
        _readings.Identity = null;
        _readings.Receive((Records.Final with { Header = Records.Head(RecordType.Death, RecordFlag.Dead) }).Bytes());
        _readings.Read().Wait(3).Read();
        _readings.Receive((Records.Final with { Tgid = 11 }).Bytes());
        Assert.Equal(2UL, _readings.Table.Exits.Count(ExitCause.Exit));
        _readings.Adopt().Receive(Records.Final.Bytes());
        Assert.Equal(2UL, _readings.Table.Exits.Count(ExitCause.Exit));
    }

    [Fact]
    public void A_death_that_was_told_is_counted_by_the_next_loader_where_no_final_record_comes()
    {
        _readings.Identity = null;
        var head = Records.Head(RecordType.Death, RecordFlag.Dead);
        _readings.Receive((Records.Final with { Header = head, ExitCode = 9, Gone = new() { Runtime = 700 } }).Bytes());
        _readings.Adopt().Read().Wait(3).Read();
        Assert.Equal(1UL, _readings.Table.Exits.Count(ExitCause.Signal));
        Assert.Equal(700UL, _readings.Table.Exits.Cpu.Total);
        Assert.Equal(Records.Final.ExitTime - Records.StartId, _readings.Table.Exits.Lifetimes.Sum);
        Assert.Equal(("redis-server", false), (_readings.Only.Comm, _readings.Only.IsComplete));
        _readings.Adopt().Read().Wait(3).Read();
        Assert.Equal(1UL, _readings.Table.Exits.Count(ExitCause.Signal));
    }

    [Fact]
    public void A_death_that_was_told_and_counted_is_not_waited_for_again()
    {
        _readings.Identity = null;
        foreach (var tgid in new[] { 11, 13 })
        {
            var death = Records.Final with { Tgid = tgid, Header = Records.Head(RecordType.Death, RecordFlag.Dead) };
            _readings.Receive(death.Bytes()).Receive((Records.Final with { Tgid = tgid }).Bytes());
        }

        _readings.Adopt().Read().Wait(3).Read();
        Assert.Equal(2UL, _readings.Table.Exits.Count(ExitCause.Exit));
        Assert.Empty(_readings.Table.Portraits);
    }

    [Fact]
    public void What_is_over_leaves_nothing_behind()
    {
        _readings.Read(Records.Process.Bytes(), Records.Target.Bytes());
        Assert.Equal(2, _readings.Stored.Count);
        _readings.Receive(Records.FinalTarget.Bytes()).Receive(Records.Final.Bytes());
        Assert.Single(_readings.Stored); // the last record may be in the ring buffer still
        _readings.Read();
        Assert.Empty(_readings.Stored);
    }

    [Fact]
    public void One_that_died_without_a_loader_and_whose_records_were_lost_is_shown_as_it_was_and_not_complete()
    {
        _readings.Read(Records.Process.Bytes(Records.Waits(3000)));
        _readings.Identity = null;
        _readings.Adopt().Read().Wait(3).Read();
        Assert.Equal(("redis-server", 3000UL), (_readings.Only.Comm, _readings.Only.Delays.Stats.Sum));
        Assert.True(_readings.Only is { HasResources: true, HasDelays: true, IsComplete: false });
    }

    [Fact]
    public void One_that_lives_and_is_not_imaged_any_more_is_not_taken_up()
    {
        _readings.Read(Records.Process.Bytes()).Adopt().Read();
        Assert.Empty(_readings.Table.Portraits);
    }

    [Fact]
    public void One_that_was_deactivated_and_died_later_is_not_taken_up_and_leaves_nothing()
    {
        _readings.Read(Records.Process.Bytes()).Read(Records.Frozen.Bytes());
        _readings.Identity = null;
        _readings.Adopt().Read();
        Assert.Empty(_readings.Table.Portraits);
        Assert.Empty(_readings.Stored);
    }

    [Fact]
    public void One_whose_records_were_lost_is_shown_by_one_loader_alone()
    {
        _readings.Read(Records.Process.Bytes());
        _readings.Identity = null;
        _readings.Adopt().Read().Wait(301).Read().Read();
        Assert.Empty(_readings.Table.Portraits);
        Assert.Empty(_readings.Adopt().Read().Table.Portraits);
    }

    [Fact]
    public void Delays_that_have_ended_do_not_come_back()
    {
        _readings.Read(Records.Process.Bytes(Records.Waits(3000))).Read(Records.Frozen.Bytes(Records.Waits(3000)));
        var resource = Records.Process with { Images = ImageSet.Resource, Kept = ImageSet.Resource };
        _readings.Adopt().Read(resource.Bytes());
        Assert.True(_readings.Only is { HasResources: true, HasDelays: false });
    }

    [Fact]
    public void However_many_die_unread_few_are_stored()
    {
        for (var tgid = 1; tgid < 10 * FigureStore.Room; tgid++)
        {
            var death = Records.Final with { Tgid = tgid, Header = Records.Head(RecordType.Death, RecordFlag.Dead) };
            _readings.Receive(death.Bytes()).Receive((Records.Final with { Tgid = tgid }).Bytes());
            Assert.InRange(_readings.Stored.Count, 0, 2);
        }
    }

    [Fact]
    public void Lives_that_have_ended_unseen_make_room_for_those_that_are_shown()
    {
        for (var tgid = 1; tgid < FigureStore.Room; tgid++)
            _readings.Adopt().Read((Records.Process with { Tgid = tgid }).Bytes());
        var living = Enumerable.Range(101, 3).Select(tgid => (Records.Process with { Tgid = tgid }).Bytes()).ToArray();
        _readings.Adopt().Read(living);
        Assert.Equal([101, 102, 103], _readings.Stored.Select(life => life.Tgid).Order());
    }

    private void Read(ResourceUsage usage) =>
        _readings.Read(Records.Process.Bytes(), (Records.Thread with { Usage = usage }).Bytes());
}
