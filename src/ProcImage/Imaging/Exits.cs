using ProcImage.Abi;

namespace ProcImage.Imaging;

/// <summary>
/// What imaged processes have left when they died, summed over all: so lives that are too short for any scrape count too.
/// Stored with each death, before it can be shown.
/// </summary>
public sealed class Exits(IFigureStore store)
{
    private ExitTotals _totals = store.ReadExits();

    /// <summary>Of processes whose resources were imaged.</summary>
    public CpuTime Cpu => new(_totals.User, _totals.System);

    /// <summary>In ns, from start to death.</summary>
    public ref readonly Histogram Lifetimes => ref _totals.Lifetimes;

    /// <summary>Who was counted last, perhaps by an earlier loader.</summary>
    public Subject Last => Subject.Of(_totals.Last);

    public ulong Count(ExitCause cause) => _totals.Counts[(int)cause];

    /// <summary>
    /// Nothing changes where it was the last one to be counted: a loader that was killed right then has left its record
    /// in the ring buffer, whose position moves on only after that.
    /// </summary>
    public void Add(Portrait portrait)
    {
        if (Last == portrait.Subject)
            return;
        _totals.Last = portrait.Subject.ToLife();
        _totals.Counts[(int)portrait.ExitCause]++;
        if (portrait.HasResources)
        {
            _totals.User += portrait.Resources.Cpu.User;
            _totals.System += portrait.Resources.Cpu.System;
        }

        if (portrait.ExitTime != 0)
        {
            _totals.Lifetimes.Sum += portrait.Lifetime;
            _totals.Lifetimes.Buckets[Histogram.BucketOf(portrait.Lifetime)]++;
        }

        store.WriteExits(_totals);
    }
}
