using ProcImage.Abi;
using ProcImage.Imaging;

namespace ProcImage.Metrics;

/// <summary>The series of locks. By kind alone: which lock, and who has held it, is in the portrait.</summary>
internal static class LockMetrics
{
    private const string Waits =
        "of the process in futex(2) that have slept and have ended. mutex: a thread holds it; futex: anything else. Since activation.";

    public static IReadOnlyList<SubjectMetric> All { get; } =
    [
        ByKind("lock_wait_seconds", MetricType.Histogram,
            $"Time of waits {Waits}",
            (x, p, id, totals) => x.Histogram(id, totals.Waits, p.IsNamed)),
        ByKind("lock_contentions_total", MetricType.Counter,
            $"Waits {Waits}",
            (x, _, id, totals) => x.Number(id, totals.Waits.Count)),
        ByUse("lock_acquisitions_total", MetricType.Counter,
            $"Locks taken {Uses}",
            (x, _, id, figures) => x.Number(id, figures.Acquisitions)),
        ByUse("lock_acquisitions_contended_total", MetricType.Counter,
            $"Locks taken that another thread had, or that had to be waited for, {Uses}",
            (x, _, id, figures) => x.Number(id, figures.Contended)),
        ByUse("lock_acquire_seconds", MetricType.Histogram,
            $"Time of the calls that took those {Uses}",
            (x, p, id, figures) => x.Histogram(id, figures.Acquires, p.IsNamed)),
        ByUse("lock_hold_seconds", MetricType.Histogram,
            $"Time that locks were held and given back {Uses}",
            (x, p, id, figures) => x.Histogram(id, figures.Holds, p.IsNamed)),
        OfDeadlock("lock_deadlock_time_seconds",
            "Making of the latest deadlock of the process as unix time; where it is older than the image, when it was found.",
            deadlock => deadlock.Made != 0 ? deadlock.Made : deadlock.Time),
        OfDeadlock("lock_deadlock_end_time_seconds",
            "End of the latest deadlock of the process as unix time, when it was seen; none while it lasts.",
            deadlock => deadlock.Ended),
    ];

    private const string Uses = "by the process, seen by probes at the functions of its C library. Since activation.";

    private static SubjectMetric OfDeadlock(string name, string help, Func<Deadlocked, ulong> time) =>
        SubjectMetric.Define(name, MetricType.Gauge, [], help, (x, p, id) =>
        {
            if (p is { HasLocks: true, Locks.Deadlock: { } deadlock } && time(deadlock) is var at and not 0)
                x.Nanoseconds(id, at);
        });

    private static SubjectMetric ByUse(
        string name, MetricType type, string help, Action<Exposition, Portrait, string, UseFigures> write) =>
        SubjectMetric.Define(name, type, ["kind"], help, (x, p, id) =>
        {
            if (!p.HasLocks)
                return;
            for (var kind = LockKind.Mutex; kind < LockKind.Kinds; kind++)
            {
                if (p.Locks.UsesOf(kind).Acquisitions == 0)
                    continue;
                var labels = $"{id},{Exposition.Label("kind", LockKinds.NameOf(kind))}";
                write(x, p, labels, p.Locks.UsesOf(kind));
                x.Created(labels, p.LocksCreated);
            }
        });

    private static SubjectMetric ByKind(
        string name, MetricType type, string help, Action<Exposition, Portrait, string, LockTotals> write) =>
        SubjectMetric.Define(name, type, ["kind"], help, (x, p, id) =>
        {
            if (!p.HasLocks)
                return;
            for (var kind = LockKind.Futex; (int)kind < Limits.WaitKinds; kind++)
            {
                if (p.Locks.Of(kind).Waits.Count == 0)
                    continue;
                var labels = $"{id},{Exposition.Label("kind", LockKinds.NameOf(kind))}";
                write(x, p, labels, p.Locks.Of(kind));
                x.Created(labels, p.LocksCreated);
            }
        });
}
