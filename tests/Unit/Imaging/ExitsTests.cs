using ProcImage.Abi;
using ProcImage.Imaging;

namespace ProcImage.Tests.Unit.Imaging;

public class ExitsTests
{
    private readonly Readings _readings = new();

    [Theory]
    [InlineData(0, RecordFlag.Dead, ExitCause.Exit)]
    [InlineData(3 << 8, RecordFlag.Dead, ExitCause.Exit)]
    [InlineData(11, RecordFlag.Dead, ExitCause.Signal)]
    [InlineData(9, RecordFlag.Dead | RecordFlag.Oom, ExitCause.Oom)]
    public void Deaths_are_counted_by_their_cause(int status, RecordFlag flags, ExitCause cause)
    {
        var header = Records.Head(RecordType.FinalProcess, flags);
        _readings.Receive((Records.Final with { Header = header, ExitCode = status }).Bytes());
        for (var each = ExitCause.Exit; each < ExitCause.Causes; each++)
            Assert.Equal(each == cause ? 1UL : 0, _readings.Table.Exits.Count(each));
    }

    [Fact]
    public void The_CPU_time_of_the_dead_stays_when_they_are_forgotten()
    {
        foreach (var tgid in new[] { 11, 13 })
            _readings.Receive((Records.Final with { Tgid = tgid, Gone = new() { User = 2, System = 1, Runtime = 900 } }).Bytes());
        _readings.Wait(301).Read();
        Assert.Empty(_readings.Table.Portraits);
        Assert.Equal(new CpuTime(1200, 600), _readings.Table.Exits.Cpu);
    }

    [Fact]
    public void A_lifetime_is_exact_to_the_nanosecond()
    {
        _readings.Receive(Records.Final.Bytes());
        Assert.Equal(1UL, _readings.Table.Exits.Lifetimes.Count);
        Assert.Equal(Records.Final.ExitTime - Records.StartId, _readings.Table.Exits.Lifetimes.Sum);
    }

    [Fact]
    public void A_lifetime_is_exact_also_where_the_life_was_read_before()
    {
        _readings.Read(Records.Process.Bytes()).Receive(Records.Final.Bytes());
        Assert.Equal(Records.Final.ExitTime - Records.StartId, _readings.Table.Exits.Lifetimes.Sum);
    }

    [Fact]
    public void Who_died_before_it_was_imaged_is_counted_and_has_no_lifetime()
    {
        _readings.Receive((Records.Final with { ExitTime = 0 }).Bytes());
        Assert.Equal(1UL, _readings.Table.Exits.Count(ExitCause.Exit));
        Assert.Equal(0UL, _readings.Table.Exits.Lifetimes.Count);
    }

    [Fact]
    public void The_thread_of_a_process_that_lives_on_is_no_exit()
    {
        _readings.Receive(Records.FinalTarget.Bytes());
        Assert.Equal(0UL, _readings.Table.Exits.Count(ExitCause.Exit));
    }
}
