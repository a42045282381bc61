using ProcImage.Abi;

namespace ProcImage.Tests.Unit.Imaging;

/// <summary>Missed by a reading while it counted, without a final record: the ring buffer was full.</summary>
public class VanishedTests
{
    private readonly Readings _readings = new Readings().Read(Records.Process.Bytes(Records.Waits(3000)));

    [Fact]
    public void It_is_shown_as_not_complete()
    {
        Vanish();
        Assert.False(_readings.Only.IsComplete);
        Assert.Equal(3000UL, _readings.Only.Delays.Stats.Sum);
    }

    [Fact]
    public void With_resources_alone_it_is_shown_as_not_complete_too()
    {
        var readings = new Readings().Read((Records.Process with { Images = ImageSet.Resource, Kept = ImageSet.Resource }).Bytes());
        readings.Identity = null;
        readings.Read().Wait(3).Read();
        Assert.False(readings.Table.Portraits.SingleOrDefault()?.IsComplete ?? true, "it is forgotten, and nobody is told");
    }

    [Fact]
    public void While_the_final_record_may_still_come_nothing_is_said_to_be_lost()
    {
        _readings.Identity = null;
        _readings.Read().Wait(1).Read();
        Assert.True(_readings.Only.IsComplete);
    }

    [Fact]
    public void A_final_record_makes_it_complete_however_late_it_comes()
    {
        Vanish();
        _readings.Receive(Records.Final.Bytes(Records.Waits(3000, 5000)));
        Assert.True(_readings.Only.IsComplete && _readings.Only.IsFinal);
        Assert.Equal(8000UL, _readings.Only.Delays.Stats.Sum);
    }

    [Fact]
    public void While_it_lives_nothing_is_lost()
    {
        _readings.Read().Wait(3).Read();
        Assert.True(_readings.Only.IsComplete);
    }

    [Fact]
    public void After_the_linger_it_is_forgotten()
    {
        Vanish();
        _readings.Wait(300).Read();
        Assert.Empty(_readings.Table.Portraits);
    }

    [Fact]
    public void One_that_was_missed_once_and_deactivated_later_is_complete()
    {
        _readings.Read().Read(Records.Process.Bytes()).Read(Records.Frozen.Bytes());
        Vanish();
        Assert.True(_readings.Only.IsComplete);
    }

    [Fact]
    public void A_thread_that_is_gone_from_a_process_that_lives_is_shown_as_not_complete()
    {
        var readings = new Readings { Gone = Records.Target.Tid }.Read(Records.Target.Bytes(Records.Waits(3000)));
        readings.Read().Wait(3).Read();
        Assert.True(readings.Only is { IsComplete: false, HasResources: true, HasDelays: true });
    }

    private void Vanish()
    {
        _readings.Identity = null;
        _readings.Read().Wait(3).Read();
    }
}
