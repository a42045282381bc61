namespace ProcImage.Tests.Kernel;

public sealed class MonotoneTests(ITestOutputHelper log) : KernelTest(log)
{
    private const int Scrapes = 1000;
    private readonly Growth _growth = new();

    [Fact]
    public void No_series_ever_steps_back_while_threads_spin_come_and_go()
    {
        var spinners = Start("spinners", 60_000);
        var execs = Start("execs", 100_003);
        var storm = Own(Workload.StartWaitedFor("storm"));
        foreach (int pid in new[] { spinners.Pid, execs.Pid, storm.Pid })
            Loader.Control("-rS", "-s10", "-P", $"{pid}");
        Loader.Control("-rS", "-s10", "-p", $"{spinners.Pid}");
        Loader.Control("-rS", "-s10");
        spinners.Begin();
        execs.Begin();
        storm.Begin();
        for (int scrape = 0; scrape < Scrapes; scrape++)
        {
            _growth.Check(Loader.Scrape(), $"scrape {scrape}");
            if (scrape == Scrapes / 2)
            {
                storm.AwaitDone();
                storm.AwaitReport();
            }
        }

        Log.WriteLine($"{_growth.Highest.Count} series");
        foreach (int pid in new[] { spinners.Pid, execs.Pid, storm.Pid })
            Assert.Contains(_growth.Highest, series => series.Has("tgid", $"{pid}") && series.Value > 0);
    }
}
