using ProcImage.Abi;

namespace ProcImage.Tests.Unit.Imaging;

public class LocksTests
{
    private readonly Readings _readings = new();

    [Fact]
    public void Waits_are_kept_by_kind()
    {
        var locks = _readings.Read(LockRecords.Process.Bytes(), LockRecords.Totals(3000, 5000).Bytes()).Only.Locks;
        Assert.Equal((2UL, 8000UL, 3UL), (locks.Of(LockKind.Mutex).Waits.Count, locks.Of(LockKind.Mutex).Waits.Sum, locks.Of(LockKind.Mutex).AtOnce));
        Assert.Equal((3UL, 7_008_000UL), (locks.Count, locks.Time));
    }

    [Fact]
    public void A_reading_that_was_copied_too_early_takes_nothing_back()
    {
        _readings.Read(LockRecords.Process.Bytes(), LockRecords.Totals(3000, 5000).Bytes());
        var locks = _readings.Read(LockRecords.Process.Bytes(), LockRecords.Totals(3000).Bytes()).Only.Locks;
        Assert.Equal((3UL, 7_008_000UL), (locks.Count, locks.Time));
    }

    [Fact]
    public void A_later_activation_begins_at_nothing()
    {
        _readings.Read(LockRecords.Process.Bytes(), LockRecords.Totals(3000, 5000).Bytes());
        var locks = _readings.Read((LockRecords.Process with { LockSince = LockRecords.Since + 1 }).Bytes()).Only.Locks;
        Assert.Equal((0UL, 0UL), (locks.Count, locks.Time));
    }

    [Fact]
    public void What_was_told_before_the_death_is_in_it()
    {
        _readings.Receive(LockRecords.Totals(3000, 5000).Bytes());
        var final = Records.Final with { Images = LockRecords.Images, Kept = LockRecords.Images, LockSince = LockRecords.Since };
        Assert.Equal(3UL, _readings.Receive(final.Bytes()).Only.Locks.Count);
    }

    [Fact]
    public void Frozen_ones_go_after_the_linger()
    {
        _readings.Read(LockRecords.Process.Bytes(), LockRecords.Totals(3000).Bytes());
        var frozen = (LockRecords.Process with { Images = ImageSet.Resource, Kept = ImageSet.Resource | ImageSet.Lock }).Bytes();
        Assert.True(_readings.Read(frozen).Only.HasLocks);
        Assert.False(_readings.Wait(301).Read((LockRecords.Process with { Images = ImageSet.Resource, Kept = ImageSet.Resource }).Bytes()).Only.HasLocks);
    }
}
