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

    /// <summary>Its first lock may be long in coming.</summary>
    [Theory]
    [InlineData(PolicyFlag.Exact, true)]
    [InlineData(PolicyFlag.None, false)]
    public void Who_is_probed_is_exact_before_any_lock_is_taken(PolicyFlag flags, bool isExact)
    {
        var policies = new Policy[Limits.MaxPolicies];
        policies[7] = new Policy { Kind = TargetKind.Process, Images = LockRecords.Images, Flags = flags };
        var record = LockRecords.Process;
        record.Policies[(int)Name.NamedByProcess] = 7;
        var portrait = _readings.Read(record.Bytes()).Only;
        portrait.NoteProbes(policies);
        Assert.Equal(isExact, portrait.Locks.IsExact);
        portrait = _readings.Receive((Records.Final with { Images = LockRecords.Images, Kept = LockRecords.Images, Policies = record.Policies, LockSince = LockRecords.Since }).Bytes()).Only;
        portrait.NoteProbes(policies); // the slot may be another one's by now
        Assert.False(portrait.Locks.IsExact);
    }

    /// <summary>Who waits first is no member of a circle yet.</summary>
    [Fact]
    public void A_deadlock_is_made_when_the_last_of_its_waits_begins()
    {
        DeadlockedThread Thread(ulong begin) => new(LockRecords.Wait(41, 7) with { Begin = begin }, "m", []);
        Assert.Equal(BootClock.ToUnix(11), new Deadlocked(77, 41, [Thread(11), Thread(7), Thread(0)], 0).Made);
        Assert.Equal(0UL, new Deadlocked(77, 41, [Thread(0), Thread(0)], 0).Made);
    }

    /// <summary>A probe at a return has its own address there.</summary>
    [Fact]
    public void A_return_address_that_a_probe_has_replaced_is_the_one_that_was_there()
    {
        Assert.Equal([7, 0x401000], new ProbedReturn(0x7008, 0x401000).Restore(0x7000, [7, 7]));
        Assert.Equal([7, 7], new ProbedReturn(0x7010, 0x401000).Restore(0x7000, [7, 7]));
        Assert.Equal([7], default(ProbedReturn).Restore(0, [7]));
    }

    [Fact]
    public void What_probes_have_seen_never_steps_back_and_begins_anew_with_an_activation()
    {
        var locks = new Locks();
        locks.Advance(LockRecords.Uses(5, 3000, 7000));
        locks.Advance(LockRecords.Uses(4, 3000));
        Assert.True(locks.IsExact);
        Assert.Equal((5UL, 2UL), (locks.Acquisitions, locks.Contended));
        Assert.Equal((5UL, 2UL, 1UL), (locks.UsesOf(LockKind.Mutex).Acquisitions, locks.UsesOf(LockKind.Mutex).Contended, locks.UsesOf(LockKind.Mutex).Failures));
        Assert.Equal((10_000UL, 3000UL, 7000UL), (locks.UsesOf(LockKind.Mutex).Holds.Sum, locks.UsesOf(LockKind.Mutex).Holds.Min, locks.UsesOf(LockKind.Mutex).Holds.Max));
        locks.Advance(LockRecords.Uses(1, 500) with { Since = LockRecords.Since + 1 });
        Assert.Equal((1UL, 500UL), (locks.UsesOf(LockKind.Mutex).Acquisitions, locks.UsesOf(LockKind.Mutex).Holds.Sum));
    }
}
