using ProcImage.Abi;

namespace ProcImage.Tests.Unit.Imaging;

/// <summary>Nobody scrapes: portraits that events begin do not stay for ever.</summary>
public class UnreadTests
{
    private const int Most = 1000;

    private readonly Readings _readings = new() { Identity = null };

    [Fact]
    public void Many_that_events_have_begun_need_a_reading()
    {
        Begin(1, Most);
        Assert.False(_readings.Table.NeedsReading);
        Begin(Most + 1, 1);
        Assert.True(_readings.Table.NeedsReading);
        Assert.False(_readings.Read().Table.NeedsReading);
    }

    [Fact]
    public void A_reading_that_breaks_off_is_not_begun_again_at_once()
    {
        Begin(1, Most + 1);
        _readings.Table.BeginWalk();
        Assert.False(_readings.Table.NeedsReading);
    }

    [Fact]
    public void Those_whose_final_record_was_lost_go_by_such_readings_alone()
    {
        for (var i = 0; i < 17; i++)
        {
            Begin(1 + (i * (Most + 1)), Most + 1);
            Assert.True(_readings.Wait(100).Table.NeedsReading);
            _readings.Read();
        }

        Assert.InRange(_readings.Table.Portraits.Count, 0, 4 * (Most + 1));
    }

    private void Begin(int first, int count)
    {
        foreach (var tgid in Enumerable.Range(first, count))
        {
            var happened = Events.Of(EventKind.Rename, tid: tgid) with { Tgid = tgid };
            _readings.Receive((Events.Rename with { Event = happened }).Bytes());
        }
    }
}
