using ProcImage.Abi;
using ProcImage.Imaging;

namespace ProcImage.Tests.Unit.Imaging;

public class KeytimesTests
{
    private readonly Keytimes _keytimes = new();

    [Fact]
    public void They_are_those_of_the_reading()
    {
        _keytimes.Advance(Records.Times(11) with { Forks = 7, Vforks = 5, Threads = 13, Execs = 3 }, 17, 19);
        Assert.Equal((12UL, 7UL, 5UL, 13UL, 3UL), (
            _keytimes.Forks, _keytimes.Stats.Forks, _keytimes.Stats.Vforks, _keytimes.Stats.Threads, _keytimes.Stats.Execs));
        Assert.Equal((11UL, 66UL), (_keytimes.Stats.Times[(int)TimeState.Running], _keytimes.Stats.Times[(int)TimeState.Stopped]));
        Assert.Equal((17UL, 19UL, true), (_keytimes.Since, _keytimes.LedgerSince, _keytimes.HasLedger));
    }

    [Fact]
    public void A_reading_that_misses_a_thread_takes_nothing_back()
    {
        _keytimes.Advance(Records.Times(11) with { Forks = 7, Vforks = 5, Threads = 13, Execs = 3 }, 17, 17);
        var before = _keytimes.Sum;
        _keytimes.Advance(Records.Times(7) with { Forks = 5, Vforks = 3, Threads = 11, Execs = 2 }, 17, 17);
        Assert.Equal(before, _keytimes.Sum);
    }

    [Fact]
    public void A_later_activation_begins_anew()
    {
        _keytimes.Advance(Records.Times(11) with { Forks = 7, Vforks = 5, Threads = 13, Execs = 3 }, 17, 17);
        _keytimes.Advance(Records.Times(2) with { Execs = 1 }, 23, 23);
        Assert.Equal((0UL, 0UL, 1UL), (_keytimes.Forks, _keytimes.Stats.Threads, _keytimes.Stats.Execs));
        Assert.Equal(12UL, _keytimes.Stats.Times[(int)TimeState.Stopped]);
    }

    [Fact]
    public void A_ledger_that_is_activated_later_leaves_the_counts()
    {
        _keytimes.Advance(new KeytimeStats { Execs = 3 }, 17, 0);
        Assert.False(_keytimes.HasLedger);
        _keytimes.Advance(Records.Times(11) with { Execs = 3 }, 17, 23);
        Assert.Equal((3UL, 11UL, true), (_keytimes.Stats.Execs, _keytimes.Stats.Times[0], _keytimes.HasLedger));
        _keytimes.Advance(Records.Times(2) with { Execs = 3 }, 17, 29);
        Assert.Equal((3UL, 2UL), (_keytimes.Stats.Execs, _keytimes.Stats.Times[0]));
    }

    [Fact]
    public void A_ledger_that_is_deactivated_leaves_its_times_until_they_are_dropped()
    {
        _keytimes.Advance(Records.Times(11) with { Execs = 3 }, 17, 23);
        _keytimes.Advance(new KeytimeStats { Execs = 5 }, 17, 0);
        Assert.Equal((5UL, 11UL, 23UL), (_keytimes.Stats.Execs, _keytimes.Stats.Times[0], _keytimes.LedgerSince));
        _keytimes.DropLedger();
        Assert.Equal((5UL, 0UL, false), (_keytimes.Stats.Execs, _keytimes.Stats.Times[0], _keytimes.HasLedger));
        _keytimes.Advance(Records.Times(7) with { Execs = 5 }, 17, 29);
        Assert.Equal((5UL, 7UL, 29UL), (_keytimes.Stats.Execs, _keytimes.Stats.Times[0], _keytimes.LedgerSince));
    }

    [Fact]
    public void Whatever_grows_is_seen()
    {
        _keytimes.Advance(default, 17, 17);
        for (var state = 0; state < (int)TimeState.States; state++)
        {
            var before = _keytimes.Sum;
            var stats = _keytimes.Stats;
            stats.Times[state]++;
            _keytimes.Advance(stats, 17, 17);
            Assert.NotEqual(before, _keytimes.Sum);
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void Over_readings_that_miss_now_this_now_that_thread_nothing_steps_back(int seed)
    {
        var random = new Random(seed);
        var threads = new KeytimeStats[7];
        for (var reading = 0; reading < 503; reading++)
        {
            var stats = default(KeytimeStats);
            foreach (ref var thread in threads.AsSpan())
            {
                thread = KeytimeStats.Add(thread, Records.Times((ulong)random.Next(1000)) with { Execs = (ulong)random.Next(3) });
                if (random.Next(3) > 0)
                    stats = KeytimeStats.Add(stats, thread);
            }

            var before = _keytimes.Stats;
            _keytimes.Advance(stats, 17, 17);
            Assert.True(_keytimes.Stats.Execs >= before.Execs);
            for (var state = 0; state < (int)TimeState.States; state++)
                Assert.True(_keytimes.Stats.Times[state] >= before.Times[state]);
        }
    }
}
