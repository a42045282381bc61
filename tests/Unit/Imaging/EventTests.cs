using ProcImage.Abi;
using ProcImage.Imaging;

namespace ProcImage.Tests.Unit.Imaging;

/// <summary>Events and the portraits that they belong to.</summary>
public class EventTests
{
    private static readonly ProcessRecord _death = Records.Killed with { Header = Records.Head(RecordType.Death, RecordFlag.Dead) };

    private readonly Readings _readings = new();
    private readonly List<(Subject Subject, Milestone Milestone)> _told = [];

    public EventTests() => _readings.Table.Told += (subject, milestone) => _told.Add((subject, milestone));

    [Fact]
    public void An_event_is_part_of_the_life_and_is_told()
    {
        var portrait = _readings.Read(Records.KeytimeOnly.Bytes(null, Records.Times(11))).Receive(Events.Rename.Bytes()).Only;
        var renamed = Assert.IsType<Renamed>(Assert.Single(portrait.Biography.Milestones));
        Assert.Equal(portrait.StartTime + (Events.Time - Records.StartId), renamed.Time);
        Assert.Equal([(portrait.Subject, renamed)], _told);
    }

    [Fact]
    public void An_event_before_any_reading_keeps_the_portrait_until_its_death_is_told()
    {
        _readings.Receive(Events.Rename.Bytes()).Read();
        Assert.True(_readings.Only is { HasKeytimes: true, Images: ImageSet.Keytime, IsDead: false });
        _readings.Wait(1).Read().Receive(_death.Bytes(null, Records.Times(11), new DeathCause { Signal = 15 }));
        Assert.True(_readings.Only is { IsDead: true, IsComplete: true, Biography.Milestones: [Renamed, Died] });
    }

    [Fact]
    public void A_birth_begins_the_portrait_of_the_child()
    {
        _readings.Read(Records.KeytimeOnly.Bytes(null, Records.Times(11))).Receive(Events.Birth.Bytes());
        var child = _readings.Table.Find(new Subject(Events.Child, 0, Events.ChildStartId));
        Assert.NotNull(child);
        var born = Assert.IsType<Born>(Assert.Single(child.Biography.Milestones));
        Assert.Equal(new Born(child.StartTime + 1009, Events.Child, EventKind.Fork, 4241), born);
        Assert.Equal(born, child.Biography.Birth);
        Assert.Equal(born.Time, Assert.IsType<Started>(Assert.Single(_told).Milestone).Time);
    }

    [Fact]
    public void A_birth_that_its_parent_is_not_imaged_for_is_of_the_child_alone()
    {
        _readings.Receive((Events.Birth with { Event = Events.Of(EventKind.Vfork, whose: EventFlag.OfChild) }).Bytes());
        Assert.Equal(Events.Child, _readings.Only.Subject.Tgid);
        Assert.Equal(EventKind.Vfork, _readings.Only.Biography.Birth?.Kind);
    }

    [Fact]
    public void What_happens_to_a_thread_that_is_a_target_is_its_own_too_and_is_told_once()
    {
        var whose = EventFlag.OfProcess | EventFlag.OfThread;
        _readings.Receive((Events.Rename with { Event = Events.Of(EventKind.Rename, tid: 4243, whose: whose) }).Bytes());
        Assert.Equal([0, 4243], _readings.Table.Portraits.Select(portrait => portrait.Subject.Tid).Order());
        Assert.All(_readings.Table.Portraits, portrait => Assert.Single(portrait.Biography.Milestones));
        Assert.Equal(0, Assert.Single(_told).Subject.Tid);
    }

    [Fact]
    public void One_that_the_OOM_killer_marks_again_was_chosen_once()
    {
        _readings.Receive(Events.Oom.Bytes());
        _readings.Receive((Events.Oom with { Event = Events.Of(EventKind.Oom, Events.Time + 7) }).Bytes());
        Assert.Equal(_readings.Only.Biography.Oom, Assert.Single(_readings.Only.Biography.Milestones));
        Assert.Single(_told);
    }

    [Fact]
    public void A_death_is_told_once_whichever_records_tell_it()
    {
        var cause = new DeathCause { Signal = 15, Origin = Origin.Kill, Sender = 1234, SenderComm = Records.Name("bash") };
        _readings.Receive(_death.Bytes(null, Records.Times(11), cause));
        _readings.Read((_death with { Header = Records.Head(RecordType.Process, RecordFlag.Dead) }).Bytes(null, Records.Times(11)));
        _readings.Receive(Records.Killed.Bytes(null, Records.Times(11), cause));
        var died = Assert.IsType<Died>(Assert.Single(_told).Milestone);
        Assert.Equal((15, Records.Killed.ExitTime - Records.StartId), (died.Status, died.Lifetime));
        Assert.Equal(1234, died.Certificate?.Sender?.Tgid);
        Assert.Equal(died, _readings.Only.Biography.Death);
    }

    [Fact]
    public void A_death_without_key_times_is_no_event()
    {
        _readings.Receive(Records.Final.Bytes(Records.Waits(3000)));
        Assert.Empty(_told);
        Assert.Empty(_readings.Only.Biography.Milestones);
    }

    [Fact]
    public void A_death_after_the_key_times_were_deactivated_is_kept_and_not_told()
    {
        _readings.Read(Records.KeytimeOnly.Bytes(null, Records.Times(11)));
        _readings.Receive((Records.Killed with { Images = ImageSet.Resource }).Bytes(null, Records.Times(11), default(DeathCause)));
        Assert.NotNull(_readings.Only.Biography.Death);
        Assert.Empty(_told);
    }

    [Fact]
    public void A_loader_that_takes_over_goes_on_from_what_was_shown()
    {
        _readings.Read(Records.KeytimeOnly.Bytes(null, Records.Times(11) with { Execs = 3 }));
        _readings.Adopt().Read(Records.KeytimeOnly.Bytes(null, Records.Times(7) with { Execs = 2 }));
        var stats = _readings.Only.Keytimes.Stats;
        Assert.Equal((3UL, 11UL), (stats.Execs, stats.Times[0]));
        Assert.True(_readings.Only is { HasKeytimes: true, Keytimes.HasLedger: true });
    }

    [Fact]
    public void The_events_of_one_that_is_forgotten_are_forgotten()
    {
        var biography = _readings.Read(Records.KeytimeOnly.Bytes(null, Records.Times(11))).Receive(Events.Rename.Bytes()).Only.Biography;
        _readings.Receive(Records.Killed.Bytes(null, Records.Times(11), default(DeathCause)));
        Assert.Equal(2, biography.Milestones.Count);
        _readings.Wait(300).Read();
        Assert.Empty(_readings.Table.Portraits);
        Assert.Equal((0, 0L), (biography.Milestones.Count, biography.Bytes));
    }

    [Fact]
    public void The_events_of_the_first_loader_are_all_there_are()
    {
        _readings.Receive(Events.Rename.Bytes()).Read(Records.KeytimeOnly.Bytes(null, Records.Times(11)));
        Assert.Equal(0UL, _readings.Only.Biography.Since);
    }

    [Fact]
    public void One_that_lived_before_this_loader_has_its_events_since_then_whether_it_was_shown_or_not()
    {
        _readings.Adopt().Receive(Events.Rename.Bytes());
        Assert.Equal(BootClock.ToUnix(_readings.Now), _readings.Only.Biography.Since);
        _readings.Read(Records.KeytimeOnly.Bytes(null, Records.Times(11))).Adopt().Receive(Events.Rename.Bytes());
        Assert.NotEqual(0UL, _readings.Only.Biography.Since);
    }

    [Fact]
    public void One_whose_birth_is_told_to_this_loader_has_all_of_its_events_here()
    {
        _readings.Adopt().Receive((Events.Birth with { Event = Events.Of(EventKind.Fork, whose: EventFlag.OfChild) }).Bytes());
        Assert.Equal(0UL, _readings.Only.Biography.Since);
    }

    [Fact]
    public void One_that_begins_later_than_this_loader_has_all_of_its_events_here()
    {
        var begun = _readings.Adopt().Now + 7;
        var happened = Events.Of(EventKind.Rename, begun + 11) with { StartId = begun, ThreadStartId = begun };
        _readings.Receive((Events.Rename with { Event = happened }).Bytes());
        Assert.Equal(0UL, _readings.Only.Biography.Since);
    }

    [Fact]
    public void One_that_died_without_a_loader_is_shown_with_its_key_times()
    {
        _readings.Read(Records.KeytimeOnly.Bytes(null, Records.Times(11) with { Execs = 3 }));
        _readings.Identity = null;
        _readings.Adopt().Read().Wait(3).Read();
        Assert.True(_readings.Only is { HasKeytimes: true, IsComplete: false });
        Assert.Equal((3UL, 11UL), (_readings.Only.Keytimes.Stats.Execs, _readings.Only.Keytimes.Stats.Times[0]));
    }

    [Fact]
    public void Key_times_that_were_deactivated_vanish_after_the_linger()
    {
        _readings.Read(Records.KeytimeOnly.Bytes(null, Records.Times(11)));
        var other = Records.Process with { Images = ImageSet.Resource };
        _readings.Read((other with { Kept = ImageSet.Resource | Records.Keytimes, KeytimeSince = 80_000_000_009 }).Bytes(null, Records.Times(11)));
        Assert.True(_readings.Only is { HasKeytimes: true, HasResources: true });
        _readings.Wait(301).Read((other with { Kept = ImageSet.Resource }).Bytes());
        Assert.True(_readings.Only is { HasKeytimes: false, HasResources: true });
    }
}
