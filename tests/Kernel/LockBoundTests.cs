namespace ProcImage.Tests.Kernel;

/// <summary>More locks than there is room for: each wait is in the totals, and what is missing by lock is counted.</summary>
public sealed class LockBoundTests(ITestOutputHelper log) : KernelTest(log, "-l")
{
    private const int Most = 16_384; // MAX_LOCKS
    private const int Beyond = 1009;

    [Fact]
    public void What_has_no_room_is_in_the_totals_and_counted_as_lost()
    {
        var addresses = Start("addresses", Most + Beyond);
        Loader.Control("-l", "-P", $"{addresses.Pid}");
        long waits = addresses.Go()[0];
        var life = LockedLife.Of(Loader, addresses.Pid);
        long returned = life.Kind("futex").GetProperty("returned_at_once").GetInt64();
        long other = life.Json.GetProperty("other").GetProperty("waits").GetInt64();
        long lost = (long)Loader.Scrape().Value("proc_image_losses_total", ("cause", "lock"));
        Log.WriteLine($"{waits} waits: {life.Waits} and {returned} at once; {life.ByLock.Count} locks, {other} at others, {lost} lost");
        Assert.Equal(waits, life.Waits + returned);
        Assert.InRange(lost, 0, Beyond + 1);
        Assert.Equal(life.Waits, life.ByLock.Sum(each => each.GetProperty("waits").GetInt64()) + other);
    }

    /// <summary>The next lock has room: it is one that is waited for now.</summary>
    [Fact]
    public void Those_used_least_make_room_and_are_together_one_that_is_called_other()
    {
        var first = Start("addresses", Most + Beyond);
        Loader.Control("-l", "-P", $"{first.Pid}");
        first.Go();
        var life = Eventually.Get(() => LockedLife.Of(Loader, first.Pid), life => life.ByLock.Count <= Most / 4 * 3);
        Assert.InRange(life.ByLock.Count, Most / 2, Most / 4 * 3);
        Assert.Equal(life.Waits, life.ByLock.Sum(each => each.GetProperty("waits").GetInt64()) + life.Json.GetProperty("other").GetProperty("waits").GetInt64());
        long lost = (long)Loader.Scrape().Value("proc_image_losses_total", ("cause", "lock"));
        var second = Start("addresses", 101);
        Loader.Control("-l", "-P", $"{second.Pid}");
        second.Go();
        Assert.Equal(101, LockedLife.Of(Loader, second.Pid).ByLock.Count);
        Assert.Equal(lost, Loader.Scrape().Value("proc_image_losses_total", ("cause", "lock")));
    }

    /// <summary>Its keys go with it.</summary>
    [Fact]
    public void After_its_death_there_is_room_again()
    {
        var first = Start("addresses", Most / 8 * 7 - 1);
        Loader.Control("-l", "-P", $"{first.Pid}");
        first.Go();
        first.End();
        Eventually.True(() => LockedLife.Of(Loader, first.Pid).IsDead, "it is dead");
        Thread.Sleep(3000);
        var second = Start("addresses", 101);
        Loader.Control("-l", "-P", $"{second.Pid}");
        second.Go();
        Assert.Equal(101, LockedLife.Of(Loader, second.Pid).ByLock.Count);
        Assert.InRange(LockedLife.Of(Loader, first.Pid).ByLock.Count, Most / 8 * 7 - 100, Most / 8 * 7); // some waits came back at once
    }
}
