namespace ProcImage.Tests.Kernel;

/// <summary>In standby no program is attached but while a policy needs it.</summary>
public sealed class StandbyTests(ITestOutputHelper log) : KernelTest(log, "-a", "--standby")
{
    private const string Sum = "proc_image_sched_delay_seconds_sum";
    private const string Count = "proc_image_sched_delay_seconds_count";
    private static readonly string[] _life =
        ["sched_process_exec", "sched_process_exit", "sched_process_free", "task_newtask"];

    private string[] Attached =>
        [.. Directory.GetFiles(Path.Combine(Loader.Directory, "links")).Select(Path.GetFileName).Order()!];

    [Fact]
    public void Nothing_is_attached_before_a_policy_needs_it()
    {
        Assert.Empty(Attached);
        Assert.All(Loader.Scrape().Named("proc_image_hook_attached").All, series => Assert.Equal(0, series.Value));
        Assert.False(Loader.Status().GetProperty("attached").GetBoolean());
        Assert.True(Loader.Status().GetProperty("standby").GetBoolean());
    }

    [Fact]
    public void A_policy_attaches_what_it_needs_and_its_end_takes_that_away()
    {
        var (one, other) = (Start("naps", 11), Start("naps", 11));
        Loader.Control("-r", "-P", $"{one.Pid}");
        Assert.Equal(_life, Attached);
        Loader.Control("-S", "-P", $"{other.Pid}");
        Assert.Contains("sched_switch", Attached);
        Loader.Control("-d", "-P", $"{other.Pid}");
        Assert.Equal(_life, Attached);
        Loader.Control("-d");
        Assert.Empty(Attached);
    }

    [Fact]
    public void What_is_imaged_is_exact_over_rests_in_between()
    {
        var naps = Start("naps", 1009);
        for (int time = 0; time < 3; time++)
        {
            Loader.Control("-rS", "-P", $"{naps.Pid}");
            var before = Proc.ProcessSchedStat(naps.Pid);
            naps.Go();
            var expected = Proc.ProcessSchedStat(naps.Pid) - before;
            var found = Loader.Scrape().Of(naps.Pid);
            Assert.Equal(expected.Delay, found.Nanoseconds(Sum));
            Assert.Equal(expected.Count, found.Value(Count));
            Loader.Control("-d");
            naps.Go(); // with nothing attached
        }
    }

    [Fact]
    public void After_a_deadline_the_loader_takes_them_away()
    {
        Loader.Control("-rS", "-t1", "-P", $"{Start("naps", 11).Pid}");
        Assert.NotEmpty(Attached);
        Eventually.True(() => Attached.Length == 0, "nothing is attached");
    }

    [Fact]
    public void After_a_deadline_without_a_loader_the_next_one_takes_them_away()
    {
        Loader.Control("-rS", "-t1", "-P", $"{Start("naps", 11).Pid}");
        Loader.Signal(Signals.Kill);
        Loader.AwaitExit();
        Thread.Sleep(TimeSpan.FromSeconds(1.2));
        Assert.NotEmpty(Attached);
        using var next = Loader.StartOn(Loader.Directory);
        Assert.Empty(Attached);
        next.Stop();
    }

    [Fact]
    public void After_a_deadline_without_a_loader_the_next_controller_takes_them_away()
    {
        Loader.Control("-rS", "-t1", "-P", $"{Start("naps", 11).Pid}");
        Loader.Signal(Signals.Kill);
        Loader.AwaitExit();
        Thread.Sleep(TimeSpan.FromSeconds(1.2));
        Assert.NotEmpty(Attached);
        Assert.False(Loader.Status().GetProperty("attached").GetBoolean());
        Assert.Empty(Attached);
        Loader.Control("-f");
    }

    [Theory]
    [InlineData("rm {0}/links/sched_switch")]
    [InlineData("mv {0}/links/task_newtask {0}/links/sched_switch")]
    public void A_hook_that_a_policy_needs_and_that_is_gone_is_not_adopted(string command)
    {
        Loader.Control("-rS", "-P", $"{Start("naps", 11).Pid}");
        Loader.Signal(Signals.Kill);
        Loader.AwaitExit();
        Ran.With("sh", "-c", command.Replace("{0}", Loader.Directory, StringComparison.Ordinal)).AssertDone();
        Ran.With(Requirements.Built("proc_image"), "-a", "--standby", "--bpffs", Loader.Directory).AssertRefused(1);
        Loader.Control("-f");
    }

    [Fact]
    public void With_the_end_of_the_target_they_go()
    {
        var naps = Start("naps", 11);
        Loader.Control("-rS", "-P", $"{naps.Pid}");
        naps.End();
        Eventually.True(() => Attached.Length == 0, "nothing is attached");
        Assert.Equal(0, Loader.Scrape().Of(naps.Pid).Value("proc_image_process_exit_code"));
    }

    [Fact]
    public void A_refused_policy_leaves_nothing_attached()
    {
        Loader.Controller("-rS", "-p4194304").AssertRefused(1);
        Assert.Empty(Attached);
    }

    [Fact]
    public void The_idle_task_needs_no_hook()
    {
        Loader.Control("-r", "-p0", "-c0");
        Assert.Empty(Attached);
    }

    [Fact]
    public void Finish_removes_the_programs_too()
    {
        string answer = Loader.Control("-f");
        Assert.StartsWith("finished: 12 hooks,", answer, StringComparison.Ordinal);
        Loader.AssertNothingPinned();
        Loader.AwaitExit();
    }
}
