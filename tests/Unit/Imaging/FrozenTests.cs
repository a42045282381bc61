using ProcImage.Abi;

namespace ProcImage.Tests.Unit.Imaging;

/// <summary>Deactivated: delays freeze for the linger; resource figures are the kernel's own and end at once.</summary>
public class FrozenTests
{
    private readonly Readings _readings = new Readings()
        .Read(Records.Process.Bytes(Records.Waits(3000)))
        .Read(Records.Frozen.Bytes(Records.Waits(3000, 5000)));

    [Fact]
    public void Delays_keep_what_they_counted_in_the_end()
    {
        _readings.Wait(299).Read();
        Assert.True(_readings.Only.HasDelays);
        Assert.Equal(8000UL, _readings.Only.Delays.Stats.Sum);
    }

    [Fact]
    public void Resources_are_not_shown_any_more() => Assert.False(_readings.Only.HasResources);

    [Fact]
    public void After_the_linger_it_is_forgotten()
    {
        _readings.Wait(300).Read();
        Assert.Empty(_readings.Table.Portraits);
    }

    [Fact]
    public void With_resources_alone_it_is_forgotten_at_once()
    {
        var process = Records.Process with { Images = ImageSet.Resource, Kept = ImageSet.Resource };
        var readings = new Readings().Read(process.Bytes()).Read((process with { Images = ImageSet.None }).Bytes());
        Assert.Empty(readings.Table.Portraits);
    }

    [Fact]
    public void It_is_complete_also_when_it_dies_later()
    {
        _readings.Wait(1).Read();
        _readings.Identity = null;
        _readings.Wait(10).Read();
        Assert.True(_readings.Only.IsComplete);
    }

    [Fact]
    public void Activated_afresh_it_counts_from_zero()
    {
        _readings.Wait(10).Read((Records.Process with { ScheduleSince = 90_000_000_000 }).Bytes(Records.Waits(100)));
        Assert.Equal(100UL, _readings.Only.Delays.Stats.Sum);
        Assert.True(_readings.Only.HasResources);
        _readings.Wait(1000).Read(Records.Process.Bytes());
        Assert.NotEmpty(_readings.Table.Portraits);
    }

    [Fact]
    public void Where_key_times_go_on_without_their_times_these_vanish_after_the_linger()
    {
        var without = (Records.KeytimeOnly with { Images = ImageSet.Keytime, Kept = ImageSet.Keytime, LedgerSince = 0 })
            .Bytes(null, new KeytimeStats { Execs = 5 });
        var readings = new Readings().Read(Records.KeytimeOnly.Bytes(null, Records.Times(11) with { Execs = 3 })).Read(without);
        Assert.Equal(11UL, readings.Only.Keytimes.Stats.Times[0]);
        Assert.True(readings.Wait(299).Read(without).Only.Keytimes.HasLedger);
        Assert.False(readings.Wait(1).Read(without).Only.Keytimes.HasLedger, "they are still shown");
        Assert.True(readings.Only is { HasKeytimes: true, Keytimes.Stats.Execs: 5 });
    }

    [Fact]
    public void Times_that_have_ended_do_not_come_back_with_the_next_loader()
    {
        var without = (Records.KeytimeOnly with { Images = ImageSet.Keytime, Kept = ImageSet.Keytime, LedgerSince = 0 })
            .Bytes(null, new KeytimeStats { Execs = 5 });
        var readings = new Readings().Read(Records.KeytimeOnly.Bytes(null, Records.Times(11) with { Execs = 3 })).Read(without);
        readings.Adopt().Read(without);
        Assert.True(readings.Only is { HasKeytimes: true, Keytimes: { HasLedger: false, Stats.Execs: 5 } });
    }

    [Fact]
    public void Where_resources_go_on_the_frozen_delays_vanish_after_the_linger_all_the_same()
    {
        var process = Records.Process with { Images = ImageSet.Resource };
        var readings = new Readings().Read(Records.Process.Bytes(Records.Waits(3000))).Read(process.Bytes(Records.Waits(3000)));
        var swept = (process with { Kept = ImageSet.Resource }).Bytes();
        Assert.True(readings.Wait(299).Read(swept).Only.HasDelays);
        Assert.False(readings.Wait(1).Read(swept).Only.HasDelays, "they are still shown");
        Assert.True(readings.Only.HasResources);
    }
}
