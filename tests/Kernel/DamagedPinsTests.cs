using System.Runtime.CompilerServices;
using Libbpf;

namespace ProcImage.Tests.Kernel;

/// <summary>
/// Of pins that are not what was pinned at preload nobody makes a figure: both commands refuse them in one line, and
/// change nothing.
/// </summary>
public sealed class DamagedPinsTests : KernelTest
{
    private readonly Workload _naps;
    private readonly SchedStat _before;
    private readonly Dictionary<string, HeldPin> _pins;

    public DamagedPinsTests(ITestOutputHelper log)
        : base(log)
    {
        _naps = Start("naps", 101);
        Loader.Control("-rS", "-P", $"{_naps.Pid}");
        _before = Proc.ProcessSchedStat(_naps.Pid);
        _naps.Go();
        _pins = Hold(Loader);
    }

    [Fact]
    public void Each_pin_that_is_missing_is_refused()
    {
        Kill();
        foreach (var pin in _pins.Values)
            pin.WhileReplaced(null, () => AssertRefused(pin.Path));
        AssertAdopted();
    }

    [Fact]
    public void Another_map_in_the_place_of_each_map_is_refused()
    {
        Kill();
        var maps = _pins.Values.Where(IsMap).ToArray();
        for (int i = 0; i < maps.Length; i++)
            maps[i].WhileReplaced(maps[(i + 1) % maps.Length], () => AssertRefused(maps[i].Path));
        AssertAdopted();
    }

    [Fact]
    public void A_pin_of_another_loader_in_the_place_of_each_is_refused()
    {
        using var other = Loader.Start();
        var others = Hold(other);
        Kill();
        // A control map of another loader knows itself; the others it does not know.
        foreach (var (name, pin) in _pins)
            pin.WhileReplaced(others[name], () => AssertRefused(name == "control" ? Loader.Directory : pin.Path));
        foreach (var pin in others.Values)
            pin.Dispose();
        other.Stop();
        AssertAdopted();
    }

    [Theory]
    [InlineData("iters/apply", "control")]
    [InlineData("iters/apply", "iters/portraits")]
    [InlineData("iters/portraits", "iters/text")]
    [InlineData("iters/portraits", "links/sched_switch")]
    [InlineData("links/sched_switch", "links/task_newtask")]
    [InlineData("links/sched_process_exit", "events")]
    [InlineData("events", "iters/text")]
    public void An_object_of_another_kind_is_refused_and_finish_takes_all_down(string place, string other)
    {
        Kill();
        _pins[place].WhileReplaced(_pins[other], () => AssertRefused(_pins[place].Path));
        AssertAdopted(stop: false);
        File.Delete(_pins[place].Path);
        _pins[other].PinTo(_pins[place].Path);
        Release();
        Loader.Control("-f");
        Loader.AssertNothingPinned();
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public void Pins_of_another_abi_version_are_refused(int later)
    {
        Kill();
        using (var control = BpfMap.OpenPinned(_pins["control"].Path))
        {
            var words = control.Lookup<uint, ControlWords>(0);
            uint own = words[0];
            words[0] = (uint)(own + later);
            control.Update(0u, words);
            AssertRefused($"ABI version {own + later}");
            words[0] = own;
            control.Update(0u, words);
        }

        AssertAdopted();
    }

    protected override void Dispose(bool disposing)
    {
        Release();
        base.Dispose(disposing);
    }

    private void Kill()
    {
        Loader.Signal(Signals.Kill);
        Loader.AwaitExit();
    }

    private void AssertRefused(string what)
    {
        var before = Listing();
        string[][] commands =
        [
            ["proc_image", "-a", "--listen", "none"],
            ["controller", "--status"],
            ["controller", "-rS", "-P", $"{_naps.Pid}"],
            ["controller", "-d"],
        ];
        foreach (string[] command in commands)
        {
            var ran = Ran.With(Requirements.Built(command[0]), [.. command[1..], "--bpffs", Loader.Directory]);
            Assert.Contains(what, ran.Error, StringComparison.Ordinal);
            Assert.Contains("controller -f", ran.Error, StringComparison.Ordinal);
            ran.AssertRefused(1);
        }

        Assert.Equal(before, Listing());
    }

    /// <summary>Nothing was changed: the next loader finds everything.</summary>
    private void AssertAdopted(bool stop = true)
    {
        var next = Own(Loader.StartOn(Loader.Directory));
        _naps.Go();
        var (expected, found) = (Proc.ProcessSchedStat(_naps.Pid) - _before, next.Scrape().Of(_naps.Pid));
        Assert.Equal(expected.Delay, found.Nanoseconds("proc_image_sched_delay_seconds_sum"));
        Assert.Equal(expected.Count, found.Value("proc_image_sched_delay_seconds_count"));
        if (stop)
        {
            Release();
            next.Stop();
            return;
        }

        next.Signal(Signals.Kill);
        next.AwaitExit();
    }

    private string[] Listing() =>
        [.. Directory.EnumerateFileSystemEntries(Loader.Directory, "*", SearchOption.AllDirectories).Order()];

    private static bool IsMap(HeldPin pin) =>
        !pin.Path.Contains("/links/") && !pin.Path.Contains("/iters/") && !pin.Path.Contains("/progs/");

    private static Dictionary<string, HeldPin> Hold(Loader loader) =>
        Directory.EnumerateFiles(loader.Directory, "*", SearchOption.AllDirectories).ToDictionary(
            path => Path.GetRelativePath(loader.Directory, path), path => new HeldPin(path));

    // What is held here a finish would wait for.
    private void Release()
    {
        foreach (var pin in _pins.Values)
            pin.Dispose();
    }

    [InlineArray(72)]
    private struct ControlWords
    {
        private uint _first;
    }
}
