namespace ProcImage.Metrics;

/// <summary>Every family there is: what the exposition writes, docs/metrics.md lists, and dashboards may ask for.</summary>
public static class Catalog
{
    public static IReadOnlyList<MetricFamily> All { get; } =
    [
        .. SubjectMetrics.All.Select(metric => metric.Process),
        .. SubjectMetrics.All.Select(metric => metric.Thread).OfType<MetricFamily>(),
        SystemMetrics.Delay, SystemMetrics.DelayMin, SystemMetrics.DelayMax,
        SystemMetrics.CallLatency, SystemMetrics.CallLatencyMin, SystemMetrics.CallLatencyMax,
        SystemMetrics.Cpu, SystemMetrics.MemoryAvailable, SystemMetrics.StorageRead, SystemMetrics.StorageWritten,
        SystemMetrics.IdleInfo, SystemMetrics.IdleTime, SystemMetrics.IdleSwitches,
        SystemMetrics.Exits, SystemMetrics.ExitedCpu, SystemMetrics.Lifetime,
        SystemMetrics.Policies, SystemMetrics.PolicyInfo, SystemMetrics.TasksImaged, SystemMetrics.Losses,
        SystemMetrics.SeriesDropped, SystemMetrics.ProcessesDropped, SystemMetrics.BuildInfo,
        SystemMetrics.HookAttached, SystemMetrics.HookRun,
        SystemMetrics.CollectorDuration, SystemMetrics.CollectorSuccess,
        SystemMetrics.OwnCpu, SystemMetrics.OwnResident, SystemMetrics.OwnVirtual, SystemMetrics.OwnStart, SystemMetrics.OwnFiles,
    ];
}
