namespace ProcImage.Tests.Kernel;

/// <summary>Policies come and go while tasks do, and while other policies do.</summary>
public sealed class RaceTests(ITestOutputHelper log) : KernelTest(log)
{
    private const int Changes = 101;
    private readonly List<int> _kept = [];

    [Fact]
    public async Task After_5003_forks_among_101_changes_those_are_imaged_whom_the_policies_left_name()
    {
        var (forks, other) = (Start("forks", 5003, 1009), Start("naps", 11));
        bool isChanging = true;
        var storm = Task.Run(() =>
        {
            for (var next = forks; Volatile.Read(ref isChanging); next = Start("forks", 5003, 1009))
                _kept.AddRange(next.Go().Select(pid => (int)pid));
        });
        for (int change = 0; change < Changes; change++)
        {
            string[] arguments = (change % 4) switch
            {
                0 => ["-rS"],
                1 => ["-r", "--follow", "-P", $"{forks.Pid}"],
                2 => ["-S", "-P", $"{other.Pid}"],
                _ => ["-d"],
            };
            Loader.Control(arguments);
        }

        Volatile.Write(ref isChanging, false);
        await storm;
        ImagedThreads.AssertAllBut(Loader, Loader.Pid); // the last change was for every process
        Loader.Control("-d");
        Assert.Empty(ImagedThreads.Of(Loader));
        Loader.Control("-r", "-P", $"{_kept[3]}");
        Assert.Equal(Proc.Threads(_kept[3]).Order(), ImagedThreads.Of(Loader).Order());
    }

    [Fact]
    public async Task What_a_target_forks_during_its_activation_is_followed_or_was_there_before()
    {
        var forks = Start("forks", 5003, 101);
        var storm = Task.Run(forks.Go);
        Loader.Control("-rS", "--follow", "-P", $"{forks.Pid}");
        _kept.AddRange((await storm).Select(pid => (int)pid));
        var imaged = ImagedThreads.Of(Loader);
        int first = _kept.FindIndex(imaged.Contains);
        Assert.InRange(first, 0, _kept.Count - 1);
        var expected = _kept.Skip(first).SelectMany(Proc.Threads).Append(forks.Pid);
        Assert.Equal(expected.Order(), imaged.Order());
    }

    [Fact]
    public async Task Two_controllers_at_once_are_two_in_a_row()
    {
        var hogs = Start("hogs", 4, -1, 11);
        string[] target = ["-P", $"{hogs.Pid}"];
        for (int round = 0; round < 23; round++)
        {
            await Both(["-r", .. target], ["-S", .. target, "-t600"]);
            var both = Loader.Status().GetProperty("policies");
            Assert.Equal(1, both.GetArrayLength());
            Assert.Equal(2, both[0].GetProperty("images").GetArrayLength());
            Assert.Equal(5, both[0].GetProperty("tasks").GetInt32());

            await Both(["-d", .. target], ["-r", .. target]);
            var left = Loader.Status().GetProperty("policies");
            // Removed before it came: it is there alone. Removed after: nothing is.
            Assert.All(left.EnumerateArray(), policy => Assert.Equal(1, policy.GetProperty("images").GetArrayLength()));
            Assert.Equal(left.GetArrayLength() == 0 ? 0 : 5, ImagedThreads.Of(Loader).Count);
            Loader.Control("-d");
        }
    }

    [Fact]
    public void A_controller_that_is_killed_at_any_moment_leaves_no_half()
    {
        var forks = Start("forks", 997, 1);
        _kept.AddRange(forks.Go().Select(pid => (int)pid));
        for (int round = 0; round < 23; round++)
        {
            // From before its first write to after its last.
            string moment = FormattableString.Invariant($"{0.06 + (0.002 * round):0.000}");
            Ran.With("timeout", "--foreground", "-s", "KILL", moment, Requirements.Built("controller"), "-rS", "--bpffs", Loader.Directory);
            bool isNamed = Loader.Status().GetProperty("policies").EnumerateArray()
                .Any(policy => !policy.GetProperty("ended").GetBoolean());
            if (isNamed)
                Eventually.True(
                    () => _kept.TrueForAll(ImagedThreads.Of(Loader).Contains), "the loader completes what was begun");
            Loader.Control("-rS");
            ImagedThreads.AssertAllBut(Loader, Loader.Pid);
            Loader.Control("-d");
            Assert.Empty(ImagedThreads.Of(Loader));
        }
    }

    protected override void Dispose(bool disposing)
    {
        foreach (int pid in _kept)
            Signals.Send(pid, Signals.Kill);
        base.Dispose(disposing);
    }

    private Task<string[]> Both(string[] one, string[] other) =>
        Task.WhenAll(Task.Run(() => Loader.Control(one)), Task.Run(() => Loader.Control(other)));
}
