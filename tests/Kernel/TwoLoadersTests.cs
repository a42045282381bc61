namespace ProcImage.Tests.Kernel;

/// <summary>Of loaders that start at once on one directory exactly one lives, whatever the timing.</summary>
public sealed class TwoLoadersTests
{
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(20);

    [Fact]
    public void Of_each_of_11_pairs_the_second_leaves_with_status_4()
    {
        for (int pair = 0; pair < 11; pair++)
        {
            string directory = Loader.NewDirectory();
            AssertOneLives(directory, () => new Child(Requirements.Built("proc_image"), Arguments(directory)));
            Assert.False(Directory.Exists(directory));
        }
    }

    [Fact]
    public void So_does_one_of_a_pair_that_finds_no_bpffs()
    {
        const string unmount = "while umount /sys/fs/bpf 2>/dev/null; do :; done; echo ready; read line";
        string directory = Loader.NewDirectory();
        for (int pair = 0; pair < 5; pair++)
        {
            using var mounts = new Child("unshare", "--mount", "sh", "-c", unmount);
            Assert.Equal("ready", mounts.ReadLine(_limit));
            AssertOneLives(directory, () => new Child(
                "nsenter", ["-t", $"{mounts.Pid}", "-m", Requirements.Built("proc_image"), .. Arguments(directory)]));
            mounts.EndInput();
        }
    }

    private static string[] Arguments(string directory) => ["-a", "--listen", "none", "--bpffs", directory];

    private static void AssertOneLives(string directory, Func<Child> start)
    {
        Requirements.Root();
        using var one = start();
        using var other = start();
        Child[] both = [one, other];
        Eventually.True(() => both.Any(child => child.HasExited), "one of them has left");
        var second = both.Single(child => child.HasExited);
        var first = both.Single(child => child != second);
        Assert.Equal(4, second.AwaitExit(_limit));
        // What it has said may be read only after its end.
        Assert.Contains(
            directory, Eventually.Get(() => second.Errors, errors => errors.Length > 0), StringComparison.Ordinal);
        Assert.DoesNotContain('\n', second.Errors);
        string line = first.ReadLine(_limit);
        if (line.StartsWith("mounted", StringComparison.Ordinal))
            line = first.ReadLine(_limit);
        Assert.StartsWith("preloaded", line, StringComparison.Ordinal);
        first.Signal(Signals.Term);
        Assert.Equal(0, first.AwaitExit(_limit));
    }
}
