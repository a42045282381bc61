using ProcImage.Loading;

namespace ProcImage.Tests.Unit.Loading;

public class HandoverTests
{
    [Theory]
    [InlineData(true, 191.25, 43.5, 46)]
    [InlineData(false, null, 43.5, 46)]
    [InlineData(false, null, null, null)]
    public void What_is_written_is_read(bool adopted, double? perCall, double? perSwitch, int? symbols)
    {
        var cost = new IdleCost(perCall, perSwitch);
        var programs = new Dictionary<string, int> { ["sched_switch"] = 44, ["task_newtask"] = 45 };
        var read = Handover.Parse($"{new Handover(35, adopted, TimeSpan.FromMilliseconds(61.25), cost, symbols, programs)}");
        Assert.NotNull(read);
        Assert.Equal(
            (35, adopted, 61.25, cost, symbols),
            (read.Lock, read.Adopted, read.Elapsed.TotalMilliseconds, read.IdleCost, read.KernelSymbols));
        Assert.Equal(programs, read.Programs);
    }

    [Theory]
    [InlineData(191.25, 43.5, "191 ns per system call, 44 ns per context switch")]
    [InlineData(null, 49.0, "49 ns per context switch")]
    [InlineData(null, null, "")]
    public void Only_what_was_measured_is_said(double? perCall, double? perSwitch, string text) =>
        Assert.Equal(text, $"{new IdleCost(perCall, perSwitch)}");

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("lock=5")]
    [InlineData("lock=x adopted=0 ms=1")]
    [InlineData("lock=99999999999 adopted=0 ms=1")]
    [InlineData("lock=-1 adopted=0 ms=1")]
    public void What_is_not_ours_is_left_alone(string text) => Assert.Null(Handover.Parse(text));
}
