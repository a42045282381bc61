using ProcImage.Imaging;

namespace ProcImage.Metrics;

/// <summary>
/// Bounds the series of portraits: those that a policy names first, then the oldest. Who is admitted stays while it lives,
/// so that no series comes and goes; the others are counted. What is left then is for the series by system call of those that
/// no policy names. The dead have as many again, so that they keep no room from the living, and those that died first make
/// room.
/// </summary>
/// <param name="maxSeries">How many series of portraits that live there may be, and how many of dead ones.</param>
public sealed class Admission(int maxSeries)
{
    private const int NamedCost = 50;
    private const int OtherCost = 26;
    private const int KeytimesCost = 9;
    private const int NamedCallsCost = 30;
    private const int OtherCallsCost = 6;
    private const int CallCost = 6;
    private const int UsualCalls = 40; // of a process, different ones
    private const int NamedLocksCost = 58;
    private const int OtherLocksCost = 8;
    private const int ProbedLocksCost = 232; // of a target, whatever kinds it has
    private const int DeadlockCost = 2;

    /// <summary>Portraits that are not shown, as of the last time.</summary>
    public int DroppedPortraits { get; private set; }

    /// <summary>About how many series they would have.</summary>
    public int DroppedSeries { get; private set; }

    /// <summary>Those that are shown, the named and the oldest first.</summary>
    public List<Portrait> Admit(IEnumerable<Portrait> portraits)
    {
        var ordered = portraits.Where(p => p.HasFigures)
            .OrderByDescending(p => p.IsNamed).ThenBy(p => p.Subject.StartId).ThenBy(p => p.Subject.Tid).ToList();
        AdmitLiving(ordered.FindAll(p => !p.IsDead));
        AdmitDead(ordered.Where(p => p.IsDead));
        var dropped = ordered.Where(p => !p.IsAdmitted).ToList();
        DroppedPortraits = dropped.Count;
        DroppedSeries = dropped.Sum(Cost)
            + ordered.Where(p => !p.AreCallsAdmitted && !(p.IsNamed && !p.IsAdmitted)).Sum(CostByCall);
        ordered.RemoveAll(p => !p.IsAdmitted);
        return ordered;
    }

    private void AdmitLiving(List<Portrait> ordered)
    {
        var left = maxSeries - ordered.Where(p => p.IsAdmitted).Sum(Cost);
        foreach (var portrait in ordered.Where(p => !p.IsAdmitted))
        {
            left -= Cost(portrait);
            if (left < 0)
                break;
            portrait.IsAdmitted = true;
        }

        AdmitCalls(ordered, maxSeries - ordered.Where(p => p.IsAdmitted).Sum(Cost));
    }

    /// <summary>
    /// Those of the named are among what they cost. Who of the others is admitted stays: new calls that come up with time have their
    /// room from the beginning, as far as they are usual.
    /// </summary>
    private static void AdmitCalls(List<Portrait> ordered, int left)
    {
        foreach (var portrait in ordered.OrderByDescending(p => p.AreCallsAdmitted))
        {
            var isStaying = portrait is { AreCallsAdmitted: true, IsAdmitted: true, IsDead: false };
            if (portrait is { IsAdmitted: true, IsNamed: false, HasCalls: true })
                left -= CallCost * Math.Max(UsualCalls, portrait.Calls.ByCall.Count);
            portrait.AreCallsAdmitted = portrait.IsAdmitted && (isStaying || portrait.IsNamed || left >= 0);
        }
    }

    /// <summary>Who was admitted in life first, and the latest: what is frozen has been seen already.</summary>
    private void AdmitDead(IEnumerable<Portrait> dead)
    {
        var left = maxSeries;
        var ordered = dead.OrderByDescending(p => p.IsTarget).ThenByDescending(p => p.IsNamed)
            .ThenByDescending(p => p.IsAdmitted).ThenByDescending(p => p.ExitTime).ToList();
        foreach (var portrait in ordered)
        {
            left -= Cost(portrait);
            portrait.IsAdmitted = left >= 0;
        }

        AdmitCalls(ordered, maxSeries - ordered.Where(p => p.IsAdmitted).Sum(Cost));
    }

    private static int Cost(Portrait portrait) =>
        (portrait.IsNamed ? NamedCost + CostByCall(portrait) : OtherCost)
        + (portrait.HasKeytimes ? KeytimesCost : 0)
        + (!portrait.HasLocks ? 0 : portrait.IsNamed ? NamedLocksCost : OtherLocksCost)
        + (portrait.HasLocks ? DeadlockCost : 0)
        + (portrait is { HasLocks: true, Locks.IsExact: true } ? ProbedLocksCost : 0)
        + (!portrait.HasCalls ? 0 : portrait.IsNamed ? NamedCallsCost : OtherCallsCost);

    private static int CostByCall(Portrait portrait) => portrait.HasCalls ? CallCost * portrait.Calls.ByCall.Count : 0;
}
