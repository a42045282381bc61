using System.Buffers;
using System.Diagnostics;
using Libbpf;
using ProcImage.Abi;
using ProcImage.Imaging;
using ProcImage.Loading;

namespace ProcImage.Metrics;

/// <summary>Writes every series. A collector that fails costs its own series and is told, never the scrape.</summary>
internal sealed class Exporter(KernelSide kernelSide, Imager imager, LockWaits locks, Admission admission, TextWriter errors)
{
    private const double NanosecondsPerSecond = 1e9;
    private readonly List<(string Name, TimeSpan Duration, bool Succeeded)> _collectors = [];

    /// <summary>Not at the same time from two threads.</summary>
    public void Write(IBufferWriter<byte> writer, ExpositionFormat format)
    {
        var x = new Exposition(writer, format);
        _collectors.Clear();
        Collect("portraits", () => imager.Read(snapshot =>
        {
            foreach (var portrait in snapshot.Portraits.Where(portrait => portrait.HasLocks))
                portrait.Locks.Deadlock = locks.LatestDeadlock(portrait.Subject);
            WritePortraits(x, admission.Admit(snapshot.Portraits));
            if (snapshot.Activity.Active[(int)Image.Schedule] > 0)
                WriteReference(x, snapshot.SystemSchedule, SystemMetrics.Delay, SystemMetrics.DelayMin, SystemMetrics.DelayMax);
            if (snapshot.Activity.Active[(int)Image.Syscall] > 0)
                WriteReference(
                    x, snapshot.SystemSyscall, SystemMetrics.CallLatency, SystemMetrics.CallLatencyMin, SystemMetrics.CallLatencyMax);
            WriteIdle(x, snapshot.IdleTasks);
            WriteExits(x, snapshot.Exits);
            WritePolicies(x, snapshot);
            return true;
        }));
        if (kernelSide.Preloaded.HasFlag(ImageSet.Resource))
            Collect("host", () => WriteHost(x, HostFigures.Read()));
        Collect("hooks", () => WriteHooks(x));
        Collect("self", () => WriteSelf(x));
        WriteCollectors(x);
        x.Finish();
    }

    private void Collect(string name, Action write)
    {
        var begin = Stopwatch.GetTimestamp();
        var succeeded = false;
        try
        {
            write();
            succeeded = true;
        }
        catch (Exception failure) when (failure is BpfException or IOException)
        {
            errors.WriteLine($"proc_image: collector {name}: {failure.Message}");
        }

        _collectors.Add((name, Stopwatch.GetElapsedTime(begin), succeeded));
    }

    private static void WritePortraits(Exposition x, List<Portrait> portraits)
    {
        var processes = portraits.FindAll(portrait => !portrait.Subject.IsThread);
        var threads = portraits.FindAll(portrait => portrait.Subject.IsThread);
        foreach (var metric in SubjectMetrics.All)
        {
            WriteFamily(x, metric.Process, metric, processes);
            if (metric.Thread is { } family)
                WriteFamily(x, family, metric, threads);
        }
    }

    private static void WriteFamily(Exposition x, MetricFamily family, SubjectMetric metric, List<Portrait> subjects)
    {
        if (subjects.Count == 0)
            return;
        x.Begin(family);
        foreach (var portrait in subjects)
            metric.Write(x, portrait, portrait.Labels);
    }

    private static void WriteReference(
        Exposition x, in Histogram stats, MetricFamily histogram, MetricFamily min, MetricFamily max)
    {
        x.Begin(histogram);
        x.Histogram("", stats, allBuckets: true);
        if (stats.Count == 0)
            return;
        x.Begin(min);
        x.Nanoseconds("", stats.Min);
        x.Begin(max);
        x.Nanoseconds("", stats.Max);
    }

    private static void WriteIdle(Exposition x, IReadOnlyList<IdleTask> tasks)
    {
        if (tasks.Count == 0)
            return;
        x.Begin(SystemMetrics.IdleInfo);
        foreach (var task in tasks)
            x.Number($"{CpuLabel(task)},{Exposition.Label("comm", task.Comm)}", 1UL);
        x.Begin(SystemMetrics.IdleTime);
        foreach (var task in tasks)
        {
            x.Nanoseconds($"{CpuLabel(task)},mode=\"idle\"", task.Idle);
            x.Nanoseconds($"{CpuLabel(task)},mode=\"iowait\"", task.Iowait);
        }

        x.Begin(SystemMetrics.IdleSwitches);
        foreach (var task in tasks)
            x.Number(CpuLabel(task), task.Switches);
    }

    private static string CpuLabel(IdleTask task) => Exposition.Label("cpu", FormattableString.Invariant($"{task.Cpu}"));

    private static void WriteExits(Exposition x, Exits exits)
    {
        x.Begin(SystemMetrics.Exits);
        for (var cause = ExitCause.Exit; cause < ExitCause.Causes; cause++)
            x.Number(Exposition.Label("cause", cause.ToString().ToLowerInvariant()), exits.Count(cause));
        x.Begin(SystemMetrics.ExitedCpu);
        x.Nanoseconds(Exposition.Label("mode", "user"), exits.Cpu.User);
        x.Nanoseconds(Exposition.Label("mode", "system"), exits.Cpu.System);
        x.Begin(SystemMetrics.Lifetime);
        x.Histogram("", exits.Lifetimes, allBuckets: true);
    }

    private static void WritePolicies(Exposition x, Snapshot snapshot)
    {
        x.Begin(SystemMetrics.Policies);
        x.Number("", (ulong)snapshot.Activity.Policies);
        if (snapshot.Activity.Policies > 0)
        {
            x.Begin(SystemMetrics.PolicyInfo);
            for (uint slot = 1; slot < Limits.MaxPolicies; slot++)
                if (snapshot.Activity.Live[slot] && snapshot.Policies[slot].Kind != TargetKind.None)
                    x.Number(PolicyLabels(snapshot.Policies[slot]), 1UL);
        }

        x.Begin(SystemMetrics.TasksImaged);
        foreach (var image in ImageSet.All.Each())
            x.Number(Exposition.Label("image", image.Listed()), CountTasks(snapshot, image));

        x.Begin(SystemMetrics.Losses);
        for (var cause = 0; cause < snapshot.Losses.Length; cause++)
            x.Number(Exposition.Label("cause", SystemMetrics.NameOf((Loss)cause)), snapshot.Losses[cause]);
    }

    private static string PolicyLabels(in Policy policy) => string.Join(
        ',',
        Exposition.Label("policy", FormattableString.Invariant($"{policy.Id}")),
        Exposition.Label("kind", policy.Kind.ToString().ToLowerInvariant()),
        Exposition.Label("target", FormattableString.Invariant($"{policy.Target}")),
        Exposition.Label("comm", policy.Comm.ToString()),
        Exposition.Label("images", policy.Images.Listed()));

    private static ulong CountTasks(Snapshot snapshot, ImageSet image)
    {
        ulong count = 0;
        foreach (var portrait in snapshot.Portraits)
            if (!portrait.IsFinal && !portrait.HasVanished && (portrait.Images & image) != ImageSet.None)
                count += portrait.Threads;
        return count;
    }

    private static void WriteHost(Exposition x, HostFigures host)
    {
        x.Begin(SystemMetrics.Cpu);
        for (var i = 0; i < CpuTimes.Modes.Count; i++)
            x.Nanoseconds(Exposition.Label("mode", CpuTimes.Modes[i]), host.Cpu.Nanoseconds[i]);
        x.Begin(SystemMetrics.MemoryAvailable);
        x.Number("", host.MemoryAvailable);
        x.Begin(SystemMetrics.StorageRead);
        x.Number("", host.StorageRead);
        x.Begin(SystemMetrics.StorageWritten);
        x.Number("", host.StorageWritten);
    }

    private void WriteHooks(Exposition x)
    {
        var programs = kernelSide.Hooks.Select(hook => (Hook: hook, Program: kernelSide.Program(hook))).ToList();
        x.Begin(SystemMetrics.HookAttached);
        foreach (var (hook, _) in programs)
            x.Number(Exposition.Label("hook", hook), kernelSide.IsAttached(hook) ? 1UL : 0UL);
        x.Begin(SystemMetrics.HookRun);
        foreach (var (hook, program) in programs)
            if (program is not null)
                x.Nanoseconds(Exposition.Label("hook", hook), program.RunTime);
    }

    private void WriteSelf(Exposition x)
    {
        x.Begin(SystemMetrics.SeriesDropped);
        x.Number("", (ulong)admission.DroppedSeries);
        x.Begin(SystemMetrics.ProcessesDropped);
        x.Number("", (ulong)admission.DroppedPortraits);
        x.Begin(SystemMetrics.BuildInfo);
        var abi = FormattableString.Invariant($"{Limits.AbiVersion}");
        x.Number($"{Exposition.Label("version", Build.Version)},{Exposition.Label("abi", abi)}", 1UL);

        using var self = Process.GetCurrentProcess();
        x.Begin(SystemMetrics.OwnCpu);
        x.Nanoseconds("", (ulong)self.TotalProcessorTime.Ticks * 100);
        x.Begin(SystemMetrics.OwnResident);
        x.Number("", (ulong)self.WorkingSet64);
        x.Begin(SystemMetrics.OwnVirtual);
        x.Number("", (ulong)self.VirtualMemorySize64);
        x.Begin(SystemMetrics.OwnStart);
        x.Number("", (self.StartTime.ToUniversalTime() - DateTime.UnixEpoch).TotalSeconds);
        x.Begin(SystemMetrics.OwnFiles);
        x.Number("", (ulong)Directory.GetFiles("/proc/self/fd").Length);
    }

    private void WriteCollectors(Exposition x)
    {
        x.Begin(SystemMetrics.CollectorDuration);
        foreach (var (name, duration, _) in _collectors)
            x.Number(Exposition.Label("collector", name), duration.TotalNanoseconds / NanosecondsPerSecond);
        x.Begin(SystemMetrics.CollectorSuccess);
        foreach (var (name, _, succeeded) in _collectors)
            x.Number(Exposition.Label("collector", name), succeeded ? 1UL : 0UL);
    }
}
