using System.Text.Json;

namespace ProcImage.Tests.Vm;

/// <summary>A deadline is held in the kernel; where the kernel lets no program have a timer, nothing is begun that would not end.</summary>
public sealed class DeadlineTests(Machines machines) : VmTest(machines)
{
    private static readonly Version _refused = new(6, 18);

    [Theory]
    [MemberData(nameof(Kernels))]
    public async Task A_policy_has_ended_after_its_deadline(string kernel)
    {
        var report = await ReportOf(kernel);
        if (HasTimers(kernel, report))
            Assert.EndsWith("deadline 1 s", report.Text("deadline.activated").TrimEnd(), StringComparison.Ordinal);
        else
            Assert.Contains("could not arm the deadline", report.Said("deadline.activated"), StringComparison.Ordinal);
        Assert.DoesNotContain(Running(report), target => target == report.Number("deadline.target"));
        Assert.Contains(Running(report), target => target == report.Number("calls.pid"));
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public async Task Check_says_where_there_are_no_deadlines(string kernel)
    {
        var report = await ReportOf(kernel);
        Assert.Equal(!HasTimers(kernel, report), report.Text("check").Contains("deadlines: not supported", StringComparison.Ordinal));
    }

    /// <summary>Fully preemptible kernels have refused them since 6.18.</summary>
    private static bool HasTimers(string kernel, Report report) =>
        !kernel.EndsWith(" rt", StringComparison.Ordinal) || report.Kernel < _refused;

    private static List<long> Running(Report report)
    {
        using var status = JsonDocument.Parse(report.Text("deadline.policies"));
        return [.. status.RootElement.GetProperty("policies").EnumerateArray()
            .Where(policy => !policy.GetProperty("ended").GetBoolean())
            .Select(policy => policy.GetProperty("target").GetProperty("id").GetInt64())];
    }
}
