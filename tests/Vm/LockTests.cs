using System.Globalization;

namespace ProcImage.Tests.Vm;

/// <summary>Waits for locks, against what the threads themselves have measured around their calls.</summary>
public sealed class LockTests(Machines machines, ITestOutputHelper log) : VmTest(machines)
{
    [Theory]
    [MemberData(nameof(Kernels))]
    public async Task Waits_for_mutexes_are_no_longer_than_the_threads_say_and_most_of_it(string kernel)
    {
        var report = await ReportOf(kernel);
        report.Text("locks.activated");
        long waited = long.Parse(report.Text("locks.done").Split(' ')[1], CultureInfo.InvariantCulture);
        long found = report.Figures("locks", "locks").Nanoseconds("proc_image_lock_wait_seconds_sum", ("kind", "mutex"));
        long lost = report.RunsLost("locks") - report.RunsLost("unlocked");
        log.WriteLine($"{found} ns, the threads {waited}; {lost} runs were left out");
        Assert.InRange(found, lost == 0 ? waited / 2 : 1, waited);
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public async Task Locks_of_a_target_are_counted_to_the_last_one(string kernel)
    {
        var report = await ReportOf(kernel);
        Assert.Contains(": lock (exact); probes at ", report.Text("exact.activated"), StringComparison.Ordinal);
        var found = report.Figures("exact", "exact");
        foreach (var kind in LocksTaken.All.GroupBy(its => its.Kind))
        {
            int taken = kind.Sum(its => LocksTaken.Threads * its.Times + its.Rounds + its.More), contended = kind.Sum(its => its.Rounds);
            int more = kind.Key == "mutex" ? 499 : 0; // the C library takes mutexes of its own
            Assert.InRange(found.Value("proc_image_lock_acquisitions_total", ("kind", kind.Key)), taken, taken + more);
            Assert.InRange(found.Value("proc_image_lock_acquisitions_contended_total", ("kind", kind.Key)), contended, contended + more);
        }
    }

    /// <summary>The workload is static: there is nothing to probe in it.</summary>
    [Theory]
    [MemberData(nameof(Kernels))]
    public async Task Where_locks_cannot_be_probed_it_is_said_why(string kernel)
    {
        var report = await ReportOf(kernel);
        Assert.Contains("has no C library with locks", report.Said("locks.probed"), StringComparison.Ordinal);
    }
}
