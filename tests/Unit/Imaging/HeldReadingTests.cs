using ProcImage.Abi;

namespace ProcImage.Tests.Unit.Imaging;

/// <summary>While an exec moves the figures from one owner to another, a reading holds what was shown before.</summary>
public class HeldReadingTests
{
    private readonly Readings _readings = new Readings().Read(
        (Records.Process with { Gone = new() { Runtime = 700 } }).Bytes(Records.Waits(3000)));

    [Fact]
    public void A_reading_in_exec_changes_nothing()
    {
        _readings.Read((Records.InExec with { Gone = new() { Runtime = 900 }, Comm = Records.Name("half") }).Bytes(Records.Waits(1)));
        AssertHeld();
    }

    [Fact]
    public void A_thread_in_exec_holds_its_process()
    {
        var thread = Records.Thread with { Header = Records.Head(RecordType.Thread, RecordFlag.InExec), Usage = new() { Runtime = 900 } };
        _readings.Read(Records.Process.Bytes(), thread.Bytes());
        AssertHeld();
    }

    [Fact]
    public void Two_records_of_a_process_in_one_reading_hold_it()
    {
        var record = (Records.Process with { Gone = new() { Runtime = 900 } }).Bytes(Records.Waits(3000, 5000));
        _readings.Read(record, record);
        AssertHeld();
    }

    [Fact]
    public void The_next_reading_goes_on()
    {
        _readings.Read(Records.InExec.Bytes());
        _readings.Read((Records.Process with { Gone = new() { Runtime = 900 }, Comm = Records.Name("sleep") }).Bytes(Records.Waits(3000, 5000)));
        Assert.Equal(900UL, _readings.Only.Resources.Cpu.Total);
        Assert.Equal(8000UL, _readings.Only.Delays.Stats.Sum);
        Assert.Equal("sleep", _readings.Only.Comm);
    }

    [Fact]
    public void A_process_that_is_first_seen_in_exec_is_not_shown_yet()
    {
        var readings = new Readings().Read(Records.InExec.Bytes());
        Assert.False(readings.Only.HasResources || readings.Only.HasDelays);
        Assert.True(readings.Read(Records.Process.Bytes()).Only.HasResources);
    }

    private void AssertHeld()
    {
        var portrait = _readings.Only;
        Assert.Equal(700UL, portrait.Resources.Cpu.Total);
        Assert.Equal(3000UL, portrait.Delays.Stats.Sum);
        Assert.Equal("redis-server", portrait.Comm);
        Assert.True(portrait.HasResources && portrait.HasDelays && portrait.IsComplete);
    }
}
