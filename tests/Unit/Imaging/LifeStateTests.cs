using ProcImage.Abi;
using ProcImage.Imaging;

namespace ProcImage.Tests.Unit.Imaging;

/// <summary>Whether more is to come of a life: of its slices, and of where it blocks.</summary>
public class LifeStateTests
{
    private static readonly Subject _subject = new(Records.Process.Tgid, 0, Records.StartId);
    private readonly ProcessRecord _target =
        Records.KeytimeOnly with { Header = Records.Head(RecordType.Process, RecordFlag.Slices) };

    private readonly Readings _readings = new();

    private LifeState State => _readings.Table.StateOf(_subject);

    [Fact]
    public void Of_one_that_nobody_has_met_nothing_is_known() => Assert.Equal(LifeState.Unknown, State);

    [Fact]
    public void While_its_times_by_state_are_imaged_more_is_to_come()
    {
        _readings.Read(_target.Bytes());
        Assert.Equal(LifeState.Imaged, State);
    }

    [Fact]
    public void Of_one_that_is_imaged_as_all_are_nothing_is_to_come()
    {
        _readings.Read(Records.KeytimeOnly.Bytes());
        Assert.Equal(LifeState.Over, State);
    }

    [Theory]
    [InlineData(ImageSet.None)]
    [InlineData(ImageSet.Keytime)]
    [InlineData(ImageSet.Resource | ImageSet.Schedule)]
    public void It_is_over_when_they_are_imaged_no_more(ImageSet images)
    {
        _readings.Read(_target.Bytes()).Read((_target with { Images = images }).Bytes());
        Assert.Equal(LifeState.Over, State);
    }

    [Fact]
    public void It_is_over_when_its_final_record_has_come_and_not_at_its_death()
    {
        _readings.Read(_target.Bytes());
        _readings.Receive((Records.Killed with { Header = Records.Head(RecordType.Death, RecordFlag.Dead) }).Bytes());
        Assert.Equal(LifeState.Imaged, State);
        _readings.Receive(Records.Killed.Bytes());
        Assert.Equal(LifeState.Over, State);
    }

    [Fact]
    public void It_is_over_when_its_final_record_was_lost()
    {
        _readings.Read(_target.Bytes());
        _readings.Receive((Records.Killed with { Header = Records.Head(RecordType.Death, RecordFlag.Dead) }).Bytes());
        _readings.Identity = null;
        _readings.Read().Wait(3).Read();
        Assert.Equal(LifeState.Over, State);
    }

    /// <summary>An event alone does not say whether there is a ledger.</summary>
    [Fact]
    public void One_that_was_just_born_is_not_over()
    {
        _readings.Receive(Events.Birth.Bytes());
        Assert.Equal(LifeState.Imaged, _readings.Table.StateOf(new Subject(Events.Child, 0, Events.ChildStartId)));
    }

    [Fact]
    public void One_that_an_earlier_loader_has_shown_is_not_over_before_a_reading_says_so()
    {
        _readings.Read((_target with { Images = ImageSet.Keytime }).Bytes()).Adopt();
        _readings.Receive(Events.Rename.Bytes());
        Assert.Equal(LifeState.Imaged, State);
    }

    [Fact]
    public void Who_is_forgotten_is_told_once()
    {
        List<Subject> forgotten = [];
        _readings.Table.Forgotten += forgotten.Add;
        _readings.Read(_target.Bytes()).Receive(Records.Killed.Bytes());
        Assert.Empty(forgotten);
        _readings.Wait(300).Read().Read();
        Assert.Equal([_subject], forgotten);
        Assert.Equal(LifeState.Unknown, State);
    }
}
