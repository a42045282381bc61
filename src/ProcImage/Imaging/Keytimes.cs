using ProcImage.Abi;

namespace ProcImage.Imaging;

/// <summary>Key times as they are shown: counts and ns by state that never step back while their image is active.</summary>
public sealed class Keytimes
{
    private KeytimeStats _stats;

    public ref readonly KeytimeStats Stats => ref _stats;

    /// <summary>CLOCK_BOOTTIME in ns of the activation that the counts are from.</summary>
    public ulong Since { get; private set; }

    /// <summary>CLOCK_BOOTTIME in ns of the activation that the times are from, also while frozen; 0 where there are none.</summary>
    public ulong LedgerSince { get; private set; }

    public bool HasLedger => LedgerSince != 0;

    /// <summary>Processes it has started, however.</summary>
    public ulong Forks => _stats.Forks + _stats.Vforks;

    /// <summary>Of everything that only grows: another one when any of it has changed.</summary>
    public ulong Sum
    {
        get
        {
            var sum = _stats.Forks + _stats.Vforks + _stats.Threads + _stats.Execs + Since + LedgerSince;
            foreach (var time in _stats.Times)
                sum += time;
            return sum;
        }
    }

    /// <summary>Goes on from what an earlier loader has shown.</summary>
    public void Recall(in Shown shown)
    {
        _stats = shown.Keytime;
        Since = shown.KeytimeSince;
        LedgerSince = shown.LedgerSince;
    }

    /// <summary>Takes over a newer reading; one of a later activation begins anew.</summary>
    /// <param name="stats">A thread that exited while it was read may be missing: the higher figure is the truer.</param>
    /// <param name="since">CLOCK_BOOTTIME in ns.</param>
    /// <param name="ledgerSince">Likewise; 0 where there is no ledger: what it has counted stays as it is.</param>
    public void Advance(in KeytimeStats stats, ulong since, ulong ledgerSince)
    {
        if (since != Since)
        {
            (_stats.Forks, _stats.Vforks, _stats.Threads, _stats.Execs) = (0, 0, 0, 0);
            Since = since;
        }

        _stats.Forks = Math.Max(_stats.Forks, stats.Forks);
        _stats.Vforks = Math.Max(_stats.Vforks, stats.Vforks);
        _stats.Threads = Math.Max(_stats.Threads, stats.Threads);
        _stats.Execs = Math.Max(_stats.Execs, stats.Execs);
        if (ledgerSince != 0)
            AdvanceLedger(stats, ledgerSince);
    }

    /// <summary>Its times were frozen for long enough.</summary>
    public void DropLedger()
    {
        _stats.Times = default;
        LedgerSince = 0;
    }

    private void AdvanceLedger(in KeytimeStats stats, ulong since)
    {
        if (since != LedgerSince)
        {
            _stats.Times = default;
            LedgerSince = since;
        }

        for (var state = 0; state < (int)TimeState.States; state++)
            _stats.Times[state] = Math.Max(_stats.Times[state], stats.Times[state]);
    }
}
