namespace ProcImage.Tests.Kernel;

/// <summary>A policy is bound to one life: the next owner of the pid is nobody's target.</summary>
public sealed class ReuseTests(ITestOutputHelper log) : KernelTest(log)
{
    [Theory]
    [InlineData("-P")]
    [InlineData("-p")]
    public void The_next_owner_of_a_dead_targets_pid_is_not_imaged(string option)
    {
        var first = Start("naps", 101);
        Loader.Control("-rS", option, $"{first.Pid}");
        first.Go();
        Assert.Equal(0, first.End());
        Thread.Sleep(500);
        var before = Figures(first.Pid);
        Assert.NotEmpty(before);

        var second = Start("setpid", first.Pid);
        Assert.Equal(first.Pid, second.Go()[0]);
        Assert.Equal(before, Figures(first.Pid));
        Assert.DoesNotContain($" {first.Pid} ", File.ReadAllText(Loader.TextIterator), StringComparison.Ordinal);
    }

    [Fact]
    public void The_next_owner_can_be_a_target_of_its_own_and_is_another_life()
    {
        var first = Start("naps", 101);
        Loader.Control("-rS", "-P", $"{first.Pid}");
        first.Go();
        first.End();
        var second = Start("setpid", first.Pid);
        second.Go();
        Loader.Control("-rS", "-P", $"{first.Pid}");
        var found = Loader.Scrape().Of(first.Pid);
        Assert.Equal(2, found.Named("proc_image_process_info").All.Select(life => life.Labels["start_id"])
            .Distinct().Count());
        Assert.Single(found.All, series => series.Name == "proc_image_sched_delay_seconds_count" && series.Value == 0);
    }

    private List<string> Figures(int pid) =>
        [.. Loader.Scrape().Of(pid).All.Select(series => $"{series.Key} {series.Text}").Order(StringComparer.Ordinal)];
}
