using System.Net;
using System.Net.Sockets;

namespace ProcImage.Tests.Kernel;

/// <summary>A loader that finds its port taken leaves alone what it has not started.</summary>
public sealed class FailedStartTests(ITestOutputHelper log) : KernelTest(log)
{
    [Fact]
    public void What_a_killed_loader_has_left_outlives_a_start_that_fails()
    {
        var naps = Start("naps", 1009);
        Loader.Control("-rS", "-P", $"{naps.Pid}");
        var before = Proc.ProcessSchedStat(naps.Pid);
        naps.Go();
        Loader.Signal(Signals.Kill);
        Loader.AwaitExit();
        string[] pins = Pins();
        string policies = Policies();
        using (var other = new TcpListener(IPAddress.Loopback, Loader.Port))
        {
            other.Start();
            Ran.With(
                Requirements.Built("proc_image"), "-a",
                "--listen", $"127.0.0.1:{Loader.Port}", "--bpffs", Loader.Directory).AssertRefused(1);
        }

        Assert.Equal(pins, Pins());
        Assert.Equal(policies, Policies());
        naps.Go();
        using var next = Loader.StartOn(Loader.Directory);
        naps.Go();
        var found = next.Scrape().Of(naps.Pid);
        var expected = Proc.ProcessSchedStat(naps.Pid) - before;
        Assert.Equal(expected.Delay, found.Nanoseconds("proc_image_sched_delay_seconds_sum"));
        Assert.Equal(expected.Count, found.Value("proc_image_sched_delay_seconds_count"));
        next.Stop();
    }

    private string[] Pins() =>
        [.. Directory.EnumerateFileSystemEntries(Loader.Directory, "*", SearchOption.AllDirectories).Order()];

    private string Policies() => Loader.Status().GetProperty("policies").GetRawText();
}
