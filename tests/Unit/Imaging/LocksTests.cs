using ProcImage.Abi;
using ProcImage.Imaging;

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

    [Fact]
    public void What_probes_have_seen_never_steps_back_and_begins_anew_with_an_activation()
    {
        var locks = new Locks();
        locks.Advance(LockRecords.Uses(5, 3000, 7000));
        locks.Advance(LockRecords.Uses(4, 3000));
        Assert.True(locks.HasUses);
        Assert.Equal((5UL, 2UL, 1UL), (locks.UsesOf(LockKind.Mutex).Acquisitions, locks.UsesOf(LockKind.Mutex).Contended, locks.UsesOf(LockKind.Mutex).Failures));
        Assert.Equal((10_000UL, 3000UL, 7000UL), (locks.UsesOf(LockKind.Mutex).Holds.Sum, locks.UsesOf(LockKind.Mutex).Holds.Min, locks.UsesOf(LockKind.Mutex).Holds.Max));
        locks.Advance(LockRecords.Uses(1, 500) with { Since = LockRecords.Since + 1 });
        Assert.Equal((1UL, 500UL), (locks.UsesOf(LockKind.Mutex).Acquisitions, locks.UsesOf(LockKind.Mutex).Holds.Sum));
    }
}
