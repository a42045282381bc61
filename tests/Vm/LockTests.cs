using System.Globalization;

namespace ProcImage.Tests.Vm;

/// <summary>Waits for locks, against what the threads themselves have measured around their calls.</summary>
public sealed class LockTests(Machines machines, ITestOutputHelper log) : VmTest(machines)
{
    [Theory]
    [MemberData(nameof(Kernels))]
    public async Task Waits_for_mutexes_are_as_long_as_the_threads_say(string kernel)
    {
        var report = await ReportOf(kernel);
        report.Text("locks.activated");
        long waited = long.Parse(report.Text("locks.done").Split(' ')[1], CultureInfo.InvariantCulture);
        long found = report.Figures("locks", "locks").Nanoseconds("proc_image_lock_wait_seconds_sum", ("kind", "mutex"));
        long lost = report.RunsLost("locks") - report.RunsLost("unlocked");
        log.WriteLine($"{found} ns, the threads {waited}; {lost} runs were left out");
        Assert.InRange(found, lost == 0 ? waited / 2 : 1, waited);
    }

    /// <summary>The workload is static: there is nothing to probe in it.</summary>
    [Theory]
    [MemberData(nameof(Kernels))]
    public async Task Where_locks_cannot_be_probed_it_is_said_why(string kernel)
    {
        var report = await ReportOf(kernel);
        Assert.Contains(
            report.HasProbes ? "has no C library with locks" : "this kernel has no probes of one process alone",
            report.Said("locks.probed"), StringComparison.Ordinal);
    }
}
