namespace ProcImage.Tests.Vm;

/// <summary>The loader is killed, the workload works on with nobody there, and another loader begins.</summary>
public sealed class AdoptionTests(Machines machines, ITestOutputHelper log) : VmTest(machines)
{
    [Theory]
    [MemberData(nameof(Kernels))]
    public async Task Figures_go_on_as_if_nothing_had_happened(string kernel)
    {
        var report = await ReportOf(kernel);
        var found = report.Figures("adopted", "calls");
        CallsMade.AssertCounted(found, turns: 2, report.RunsLost("adopted"));
        Assert.Equal(
            report.RunsLost("adopted") == report.RunsLost("dead") ? 1 : 0, found.Value("proc_image_process_complete"));
        if (report.LookupsLost("adopted") == 0)
            Assert.Equal(
                (report.SchedStat("adopted.schedstat") - report.SchedStat("calls.before")).Delay,
                found.Nanoseconds("proc_image_sched_delay_seconds_sum"));
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public async Task The_policy_and_the_dead_are_still_known(string kernel)
    {
        var report = await ReportOf(kernel);
        Assert.Contains($"process {report.Number("calls.pid")} (calls)", report.Text("adopted.policies"), StringComparison.Ordinal);
        Assert.Equal(3, report.Metrics("adopted").Value("proc_image_exits_total", ("cause", "exit")));
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public async Task Nothing_was_lost_but_what_the_kernel_keeps_back(string kernel)
    {
        var report = await ReportOf(kernel);
        string[] checkedByKernel = ["lookup", "run", "storage", .. report.IsRealTime ? ["stack"] : Array.Empty<string>()];
        log.WriteLine(
            $"{report.RunsLost("adopted")} runs, {report.LookupsLost("adopted")} lookups, {report.StorageLost("adopted")} storages were left out");
        Assert.All(
            report.Metrics("adopted").Named("proc_image_losses_total").All.Where(loss => !checkedByKernel.Contains(loss.Labels["cause"])),
            loss => Assert.Equal("0", loss.Text));
    }
}
