using ProcImage.Abi;

namespace ProcImage.Tests.Unit.Imaging;

/// <summary>What is told of a process when it dies stands until its final record comes, or where none comes.</summary>
public class DeathTests
{
    private static readonly ProcessRecord _death = Records.Final with
    {
        Header = Records.Head(RecordType.Death, RecordFlag.Dead),
        ExitCode = 9,
        Gone = new() { Runtime = 700 },
    };

    private readonly Readings _readings = new();

    [Fact]
    public void A_life_too_short_for_any_reading_is_shown_from_its_death()
    {
        var portrait = _readings.Receive(_death.Bytes(Records.Waits(3000))).Only;
        Assert.True(portrait.IsDead && portrait.IsComplete && portrait.HasResources && portrait.HasDelays);
        Assert.False(portrait.IsFinal);
        Assert.Equal((9, 700UL, 3000UL), (portrait.ExitSignal, portrait.Resources.Cpu.Total, portrait.Delays.Stats.Sum));
    }

    [Fact]
    public void The_final_record_completes_it_and_it_is_counted_once()
    {
        _readings.Receive(_death.Bytes());
        Assert.Equal(0UL, _readings.Table.Exits.Count(ExitCause.Signal));
        _readings.Receive((_death with { Header = Records.Final.Header, Gone = new() { Runtime = 900 } }).Bytes());
        Assert.True(_readings.Only.IsFinal && _readings.Only.IsComplete);
        Assert.Equal(900UL, _readings.Only.Resources.Cpu.Total);
        Assert.Equal(1UL, _readings.Table.Exits.Count(ExitCause.Signal));
    }

    [Fact]
    public void Without_a_final_record_it_is_not_complete_and_counted_all_the_same()
    {
        LoseTheFinalRecord();
        Assert.False(_readings.Only.IsComplete);
        Assert.Equal((9, 700UL), (_readings.Only.ExitSignal, _readings.Only.Resources.Cpu.Total));
        Assert.Equal(1UL, _readings.Table.Exits.Count(ExitCause.Signal));
    }

    [Fact]
    public void A_final_record_that_comes_very_late_completes_it_and_counts_nothing_twice()
    {
        LoseTheFinalRecord();
        _readings.Receive((_death with { Header = Records.Final.Header, Gone = new() { Runtime = 900 } }).Bytes());
        Assert.True(_readings.Only.IsComplete);
        Assert.Equal(900UL, _readings.Only.Resources.Cpu.Total);
        Assert.Equal(1UL, _readings.Table.Exits.Count(ExitCause.Signal));
    }

    [Fact]
    public void It_is_forgotten_after_the_linger()
    {
        LoseTheFinalRecord();
        Assert.NotEmpty(_readings.Stored);
        _readings.Wait(300).Read();
        Assert.Empty(_readings.Table.Portraits);
        Assert.Empty(_readings.Stored);
    }

    [Fact]
    public void A_final_record_that_comes_when_it_is_forgotten_counts_nothing_twice()
    {
        var readings = new Readings(linger: 3 * Readings.Second) { Identity = null };
        readings.Receive(_death.Bytes()).Read().Wait(3).Read();
        Assert.Empty(readings.Table.Portraits);
        readings.Receive((_death with { Header = Records.Final.Header, Tgid = 103 }).Bytes());
        Assert.Equal(2UL, readings.Table.Exits.Count(ExitCause.Signal));
        readings.Receive((_death with { Header = Records.Final.Header }).Bytes());
        Assert.Equal(2UL, readings.Table.Exits.Count(ExitCause.Signal));
        readings.Read().Wait(60).Read();
        Assert.Empty(readings.Stored);
    }

    [Fact]
    public void What_was_counted_without_a_final_record_leaves_nothing_to_the_loader_after_the_next()
    {
        LoseTheFinalRecord();
        _readings.Receive((_death with { Header = Records.Final.Header, Tgid = 103 }).Bytes());
        _readings.Adopt();
        Assert.NotEmpty(_readings.Stored);
        _readings.Read();
        Assert.Empty(_readings.Stored);
    }

    [Fact]
    public void While_it_waits_to_be_reaped_nothing_is_missing()
    {
        _readings.Receive(_death.Bytes());
        var unreaped = (_death with { Header = Records.Head(RecordType.Process, RecordFlag.Dead) }).Bytes();
        _readings.Read(unreaped).Wait(3).Read(unreaped);
        Assert.True(_readings.Only.IsComplete);
        Assert.Equal(0UL, _readings.Table.Exits.Count(ExitCause.Signal));
    }

    [Fact]
    public void Nothing_is_shown_of_a_process_that_has_become_one_of_the_tools_own()
    {
        _readings.Read(Records.Process.Bytes());
        _readings.Receive(new ExceptedRecord
        {
            Header = Records.Head(RecordType.Excepted),
            Tgid = Records.Process.Tgid,
            StartId = Records.StartId,
        }.Bytes());
        Assert.Empty(_readings.Table.Portraits);
    }

    private void LoseTheFinalRecord()
    {
        _readings.Identity = null;
        _readings.Receive(_death.Bytes()).Read().Wait(3).Read();
    }
}
