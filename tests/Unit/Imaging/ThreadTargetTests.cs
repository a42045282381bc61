using ProcImage.Abi;
using ProcImage.Imaging;

namespace ProcImage.Tests.Unit.Imaging;

public class ThreadTargetTests
{
    private static readonly Subject _subject = new(4241, 4243, Records.StartId + 17);
    private readonly Readings _readings = new();

    [Fact]
    public void A_thread_that_is_a_target_has_a_portrait_of_its_own()
    {
        _readings.Read((Records.Target with { Usage = new() { Runtime = 700 }, Priority = -3, Cpu = 1 }).Bytes(Records.Waits(3000)));
        var portrait = _readings.Only;
        Assert.Equal(_subject, portrait.Subject);
        Assert.True(portrait.IsNamed && portrait.HasResources && portrait.HasDelays);
        Assert.Equal((700UL, 3000UL), (portrait.Resources.Cpu.Total, portrait.Delays.Stats.Sum));
        Assert.Equal((1U, -3, 1), (portrait.Threads, portrait.Priority, portrait.Cpu));
        Assert.Equal("io-thread", portrait.Comm);
        Assert.Equal(_readings.Identity, portrait.Identity);
    }

    [Fact]
    public void Beside_the_portrait_of_its_process_it_adds_nothing_to_that()
    {
        var usage = new ResourceUsage { Runtime = 700 };
        _readings.Read(
            (Records.Target with { Usage = usage }).Bytes(Records.Waits(3000)),
            Records.Process.Bytes(Records.Waits()),
            (Records.Thread with { Usage = usage }).Bytes(Records.Waits(3000)));
        Assert.Equal(2, _readings.Table.Portraits.Count);
        foreach (var portrait in _readings.Table.Portraits)
            Assert.Equal((700UL, 3000UL), (portrait.Resources.Cpu.Total, portrait.Delays.Stats.Sum));
    }

    [Fact]
    public void Its_final_record_ends_it_and_it_is_forgotten_after_the_linger()
    {
        _readings.Read(Records.Target.Bytes(Records.Waits(3000)));
        _readings.Receive(Records.FinalTarget.Bytes(Records.Waits(3000, 5000)));
        Assert.True(_readings.Only.IsDead && _readings.Only.IsFinal && _readings.Only.IsComplete);
        Assert.Equal(8000UL, _readings.Only.Delays.Stats.Sum);
        Assert.NotEmpty(_readings.Wait(299).Read().Table.Portraits);
        Assert.Empty(_readings.Wait(1).Read().Table.Portraits);
    }

    [Fact]
    public void A_thread_without_its_process_is_nobody() =>
        Assert.Empty(_readings.Read(Records.Thread.Bytes()).Table.Portraits);
}
