using ProcImage.Imaging;

namespace ProcImage.Tests.Unit.Imaging;

public class CpuTimeTests
{
    private const ulong Huge = ulong.MaxValue;

    [Theory]
    [InlineData(30, 10, 1000, 750, 250)]
    [InlineData(1, 1, 7, 4, 3)]
    [InlineData(0, 10, 1000, 0, 1000)]
    [InlineData(10, 0, 1000, 1000, 0)]
    [InlineData(0, 0, 1000, 1000, 0)]
    [InlineData(10, 10, 0, 0, 0)]
    [InlineData(Huge / 2, Huge / 2, Huge, Huge / 2 + 1, Huge / 2)]
    [InlineData(Huge, Huge, Huge, Huge / 2 + 1, Huge / 2)]
    public void The_run_time_is_split_as_the_tick_has_sampled_it(
        ulong user, ulong system, ulong runtime, ulong expectedUser, ulong expectedSystem) =>
        Assert.Equal(new CpuTime(expectedUser, expectedSystem), CpuTime.Scale(user, system, runtime, default));

    [Theory]
    [InlineData(999)]
    [InlineData(1000)]
    public void What_was_shown_stays_where_the_run_time_is_not_ahead_of_it(ulong runtime)
    {
        var shown = new CpuTime(400, 600);
        Assert.Equal(shown, CpuTime.Scale(1, 0, runtime, shown));
    }

    [Fact]
    public void A_part_that_would_step_back_stays_and_the_other_gets_the_rest()
    {
        var shown = new CpuTime(400, 600);
        Assert.Equal(new CpuTime(400, 700), CpuTime.Scale(0, 1, 1100, shown));
        Assert.Equal(new CpuTime(500, 600), CpuTime.Scale(1, 0, 1100, shown));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(7)]
    [InlineData(11)]
    public void Over_a_life_of_growing_samples_neither_part_steps_back_and_both_sum_up_to_the_run_time(int seed)
    {
        var random = new Random(seed);
        ulong user = 0, system = 0, runtime = 0;
        var shown = default(CpuTime);
        for (var i = 0; i < 10_007; i++)
        {
            runtime += (ulong)random.NextInt64(1, 20_000_000);
            user += Ticks(random);
            system += Ticks(random);
            var next = CpuTime.Scale(user, system, runtime, shown);
            Assert.Equal(runtime, next.Total);
            Assert.True(next.User >= shown.User && next.System >= shown.System, $"{shown} was followed by {next}");
            shown = next;
        }
    }

    private static ulong Ticks(Random random) => (ulong)random.Next(4) * 4_000_000;
}
