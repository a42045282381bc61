namespace ProcImage.Tests.Kernel;

/// <summary>Whoever is slow, or stands still with what others need, costs no event and no end.</summary>
public sealed class HeldUpTests(ITestOutputHelper log) : KernelTest(log)
{
    private string Policies => Path.Combine(Loader.Directory, "iters");

    [Fact]
    public void While_somebody_holds_the_policies_no_event_is_lost_and_the_loader_ends_when_told()
    {
        const int births = 6007; // the ring has room for some 4,700
        var deaths = Start("deaths", births);
        Loader.Control("-rS", "-t1");
        using var holder = Hold();
        decimal before = Loader.Scrape().Value("proc_image_losses_total", ("cause", "event"));
        Thread.Sleep(TimeSpan.FromSeconds(1.2)); // the deadline has passed, which the loader would take up
        deaths.Go();
        Assert.Equal(before, Loader.Scrape().Value("proc_image_losses_total", ("cause", "event")));
        Loader.Stop();
    }

    [Fact]
    public void A_controller_and_a_loader_do_not_wait_for_ever_and_name_who_holds_the_policies()
    {
        Loader.Signal(Signals.Kill);
        Loader.AwaitExit();
        using (var holder = Hold())
        {
            foreach (var ran in new[]
            {
                Loader.Controller("-r"),
                Ran.With(Requirements.Built("proc_image"), "-a", "--listen", "none", "--bpffs", Loader.Directory),
            })
            {
                ran.AssertRefused(1);
                Assert.Contains($"process {holder.Pid} has held the policies", ran.Error, StringComparison.Ordinal);
            }
        }

        Loader.Control("-f");
    }

    [Fact]
    public void A_controller_whose_answer_nobody_reads_holds_nobody_up()
    {
        const string run = "mkfifo \"$0/fifo\"; exec 3<>\"$0/fifo\"; head -c 65536 /dev/zero >&3; exec \"$@\" >&3";
        string place = Directory.CreateTempSubdirectory("proc-image-fifo-").FullName;
        try
        {
            using var stuck = new Child(
                "sh", "-c", run, place, Requirements.Built("controller"), "-r", "--bpffs", Loader.Directory);
            Eventually.True(() => Loader.Scrape().Value("proc_image_policies") == 1, "it has activated");
            Loader.Control("-d");
            Assert.False(stuck.HasExited);
        }
        finally
        {
            Directory.Delete(place, recursive: true);
        }
    }

    [Fact]
    public void An_output_that_nobody_reads_does_not_keep_the_loader_from_taking_everything_down()
    {
        // The pipe is full before the loader says its first line of a policy: from then on it waits for a reader.
        const string run = "mkfifo \"$0/fifo\"; exec 3<>\"$0/fifo\"; head -c 65000 /dev/zero >&3; exec \"$@\" >&3";
        string place = Directory.CreateTempSubdirectory("proc-image-fifo-").FullName;
        try
        {
            using var loader = Loader.StartBy("sh", "-c", run, place);
            for (int i = 0; i < 11; i++)
                loader.Control("-r", "-P", $"{Start("naps", 11).Pid}");
            loader.Signal(Signals.Term);
            Assert.Equal(0, loader.AwaitExit());
            loader.AssertNothingPinned();
        }
        finally
        {
            Directory.Delete(place, recursive: true);
        }
    }

    private Child Hold()
    {
        var holder = new Child("flock", Policies, "sleep", "100");
        Eventually.True(() => Ran.With("flock", "-n", Policies, "true").Status != 0, "the lock is taken");
        return holder;
    }
}
