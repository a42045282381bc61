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
    ];

    private static SubjectMetric ByKind(
        string name, MetricType type, string help, Action<Exposition, Portrait, string, LockTotals> write) =>
        SubjectMetric.Define(name, type, ["kind"], help, (x, p, id) =>
        {
            if (!p.HasLocks)
                return;
            for (var kind = LockKind.Futex; kind < LockKind.Kinds; kind++)
            {
                if (p.Locks.Of(kind).Waits.Count == 0)
                    continue;
                var labels = $"{id},{Exposition.Label("kind", LockKinds.NameOf(kind))}";
                write(x, p, labels, p.Locks.Of(kind));
                x.Created(labels, p.LocksCreated);
            }
        });
}
