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
        var futex = life.Kind("futex");
        long unplaced = futex.GetProperty("waits_without_lock").GetInt64();
        long returned = futex.GetProperty("returned_at_once").GetInt64();
        long lost = (long)Loader.Scrape().Value("proc_image_losses_total", ("cause", "lock"));
        Log.WriteLine($"{waits} waits: {life.Waits} and {returned} at once; {life.ByLock.Count} locks, {unplaced} without, {lost} lost");
        Assert.Equal(waits, life.Waits + returned);
        Assert.Equal(Most, life.ByLock.Count);
        Assert.InRange(unplaced, Beyond + 1 - returned, Beyond + 1);
        Assert.Equal(Beyond + 1, lost);
        Assert.Equal(life.Waits, life.ByLock.Sum(each => each.GetProperty("waits").GetInt64()) + unplaced);
    }

    /// <summary>Its keys go with it.</summary>
    [Fact]
    public void After_its_death_there_is_room_again()
    {
        var first = Start("addresses", Most);
        Loader.Control("-l", "-P", $"{first.Pid}");
        first.Go();
        first.End();
        Eventually.True(() => LockedLife.Of(Loader, first.Pid).IsDead, "it is dead");
        Thread.Sleep(3000);
        var second = Start("addresses", 101);
        Loader.Control("-l", "-P", $"{second.Pid}");
        second.Go();
        Assert.Equal(101, LockedLife.Of(Loader, second.Pid).ByLock.Count);
        Assert.Equal(Most, LockedLife.Of(Loader, first.Pid).ByLock.Count);
    }
}
