using ProcImage.Abi;
using ProcImage.Imaging;

namespace ProcImage.Metrics;

/// <summary>The series of each imaged process, and of each thread that is a target.</summary>
public static class SubjectMetrics
{
    private const string WholeLife = " Of the whole life.";
    private const string SinceActivation = " Since activation.";

    private static readonly string[] _states = // as labels behind others
        [.. Enumerable.Range(0, (int)TimeState.States).Select(state => $",state=\"{((TimeState)state).ToString().ToLowerInvariant()}\"")];

    public static IReadOnlyList<SubjectMetric> All { get; } =
    [
        Gauge("process_info", ["comm", "exe", "cgroup"],
            "Identity of an imaged process, always 1; from task_struct.comm and /proc.",
            (x, p, id) => x.Number(
                string.Join(
                    ',',
                    id,
                    Exposition.Label("comm", p.Comm),
                    Exposition.Label("exe", p.Identity.Exe),
                    Exposition.Label("cgroup", p.Identity.Cgroup)),
                1UL)),
        Gauge("process_start_time_seconds", [],
            "Start of the process as unix time; from task_struct.start_boottime.",
            (x, p, id) => x.Nanoseconds(id, p.StartTime)),
        Gauge("process_exit_time_seconds", [],
            "Death of the process as unix time; from the sched_process_exit hook.",
            (x, p, id) =>
            {
                if (p.ExitTime != 0)
                    x.Nanoseconds(id, p.ExitTime);
            }),
        Gauge("process_exit_code", [],
            "Exit code of a dead process, 0 where a signal has ended it; as wait4 reports it.",
            (x, p, id) =>
            {
                if (p.IsDead)
                    x.Number(id, (ulong)p.ExitCode);
            }),
        Gauge("process_exit_signal", [],
            "Signal that has ended a dead process, 0 where it exited; as wait4 reports it.",
            (x, p, id) =>
            {
                if (p.IsDead)
                    x.Number(id, (ulong)p.ExitSignal);
            }),
        Gauge("process_complete", [], "1, or 0 when something of the process was lost.", (x, p, id) =>
            x.Number(id, p.IsComplete ? 1UL : 0UL)),

        Counter("process_cpu_seconds_total", ["mode"],
            "CPU time of the process: se.sum_exec_runtime, split as /proc/PID/stat does." + WholeLife,
            (x, p, id) =>
            {
                x.Nanoseconds(id, p.Resources.Cpu.User, ",mode=\"user\"");
                x.Nanoseconds(id, p.Resources.Cpu.System, ",mode=\"system\"");
            }),
        MemoryGauge("process_resident_memory_bytes",
            "Resident memory of the process, exact: mm.rss_stat of every CPU.",
            (x, p, id) => x.Number(id, p.Resources.ResidentBytes)),
        MemoryGauge("process_resident_memory_peak_bytes",
            "Highest resident memory of the process: mm.hiwater_rss, signal.maxrss." + WholeLife,
            (x, p, id) => x.Number(id, p.Resources.ResidentPeakBytes)),
        MemoryGauge("process_virtual_memory_bytes", "Virtual memory of the process: mm.total_vm.", (x, p, id) =>
            x.Number(id, p.Resources.VirtualBytes)),
        MemoryGauge("process_threads", "Threads of the process: signal.nr_threads.", (x, p, id) =>
            x.Number(id, p.Threads)),
        Counter("process_read_chars_total", [],
            "Bytes that the process has read by system calls: ioac.rchar" + SubjectMetric.WithChildren + "." + WholeLife,
            (x, p, id) => x.Number(id, p.Resources.Usage.ReadChars)),
        Counter("process_written_chars_total", [],
            "Bytes that the process has written by system calls: ioac.wchar" + SubjectMetric.WithChildren + "." + WholeLife,
            (x, p, id) => x.Number(id, p.Resources.Usage.WrittenChars)),
        Counter("process_read_bytes_total", [],
            "Bytes that the process has read from storage: ioac.read_bytes" + SubjectMetric.WithChildren + "." + WholeLife,
            (x, p, id) => x.Number(id, p.Resources.Usage.ReadBytes)),
        Counter("process_written_bytes_total", [],
            "Bytes that the process has written to storage: ioac.write_bytes" + SubjectMetric.WithChildren + "." + WholeLife,
            (x, p, id) => x.Number(id, p.Resources.Usage.WrittenBytes)),
        Counter("process_page_faults_total", ["kind"],
            "Page faults of the process: min_flt, maj_flt." + WholeLife,
            (x, p, id) =>
            {
                x.Number(id, p.Resources.Usage.MinorFaults, ",kind=\"minor\"");
                x.Number(id, p.Resources.Usage.MajorFaults, ",kind=\"major\"");
            }),
        Counter("process_context_switches_total", ["kind"],
            "Context switches of the process: nvcsw, nivcsw." + WholeLife,
            (x, p, id) =>
            {
                x.Number(id, p.Resources.Usage.VoluntarySwitches, ",kind=\"voluntary\"");
                x.Number(id, p.Resources.Usage.InvoluntarySwitches, ",kind=\"involuntary\"");
            }),

        Keytimes("process_state_seconds_total", ["state"],
            "Time of the process by state" + SubjectMetric.WithThreads + ": running, stolen (its CPU was taken by the hypervisor"
                + " or an interrupt), runnable, sleeping, disk, stopped; from se.sum_exec_runtime, sched_info and __state."
                + SinceActivation,
            WriteStates),
        Keytimes("process_forks_total", [],
            "How often the process has forked, vfork included: the task_newtask hook." + SinceActivation,
            (x, p, id) => Counted(x, id, p, p.Keytimes.Forks)),
        Keytimes("process_execs_total", [],
            "How often the process has become another program: the sched_process_exec hook." + SinceActivation,
            (x, p, id) => Counted(x, id, p, p.Keytimes.Stats.Execs)),
        Keytimes("process_threads_started_total", [],
            "How many threads the process has started: the task_newtask hook." + SinceActivation,
            (x, p, id) => Counted(x, id, p, p.Keytimes.Stats.Threads)),

        Delays("sched_delay_seconds", MetricType.Histogram,
            "Run-queue delay of the process: its waits for a CPU, sched_info at sched_switch." + SinceActivation,
            (x, p, id) =>
            {
                x.Histogram(id, p.Delays.Stats, p.IsNamed);
                x.Created(id, p.DelaysCreated);
            }),
        Delays("sched_delay_min_seconds", MetricType.Gauge,
            "Shortest run-queue delay of the process." + SinceActivation,
            (x, p, id) =>
            {
                if (p.Delays.Stats.Count > 0)
                    x.Nanoseconds(id, p.Delays.Stats.Min);
            }),
        Delays("sched_delay_max_seconds", MetricType.Gauge,
            "Longest run-queue delay of the process." + SinceActivation,
            (x, p, id) =>
            {
                if (p.Delays.Stats.Count > 0)
                    x.Nanoseconds(id, p.Delays.Stats.Max);
            }),

        ByCall("syscalls_total",
            "System calls of the process that have ended, by sys_exit, or within which a thread has, by sched_process_exit."
                + SinceActivation,
            call => call.Count, (x, id, count, call) => x.Number(id, count, call)),
        ByCall("syscall_errors_total",
            "System calls of the process that have failed: results from -4095 to -1 at sys_exit." + SinceActivation,
            call => call.Errors, (x, id, count, call) => x.Number(id, count, call)),
        ByCall("syscall_seconds_total",
            "Time of the process in system calls" + SubjectMetric.WithThreads + ": sys_enter to sys_exit." + SinceActivation,
            call => call.Time, (x, id, time, call) => x.Nanoseconds(id, time, call)),
        Latency("syscall_latency_seconds", MetricType.Histogram,
            "Time of each system call of the process: sys_enter to sys_exit." + SinceActivation,
            (x, p, id) =>
            {
                x.Histogram(id, p.Calls.Latency, p.IsNamed);
                x.Created(id, p.CallsCreated);
            }),
        Latency("syscall_latency_min_seconds", MetricType.Gauge,
            "Shortest system call of the process." + SinceActivation,
            (x, p, id) =>
            {
                if (p.Calls.Latency.Count > 0)
                    x.Nanoseconds(id, p.Calls.Latency.Min);
            }),
        Latency("syscall_latency_max_seconds", MetricType.Gauge,
            "Longest system call of the process." + SinceActivation,
            (x, p, id) =>
            {
                if (p.Calls.Latency.Count > 0)
                    x.Nanoseconds(id, p.Calls.Latency.Max);
            }),
        .. LockMetrics.All,
    ];

    /// <summary>What any image gives.</summary>
    private static SubjectMetric Gauge(string name, string[] labels, string help, Action<Exposition, Portrait, string> write) =>
        SubjectMetric.Define(name, MetricType.Gauge, labels, help, write);

    private static SubjectMetric Counter(string name, string[] labels, string help, Action<Exposition, Portrait, string> write) =>
        SubjectMetric.Define(name, MetricType.Counter, labels, help, (x, p, id) =>
        {
            if (p.HasResources)
                write(x, p, id);
        });

    /// <summary>A thread has no memory of its own.</summary>
    private static SubjectMetric MemoryGauge(string name, string help, Action<Exposition, Portrait, string> write) =>
        SubjectMetric.Define(
            name,
            MetricType.Gauge,
            [],
            help,
            (x, p, id) =>
            {
                if (p.HasResources)
                    write(x, p, id);
            },
            ofThreads: false);

    private static SubjectMetric Keytimes(string name, string[] labels, string help, Action<Exposition, Portrait, string> write) =>
        SubjectMetric.Define(name, MetricType.Counter, labels, help, (x, p, id) =>
        {
            if (p.HasKeytimes)
                write(x, p, id);
        });

    private static void WriteStates(Exposition x, Portrait portrait, string id)
    {
        if (!portrait.Keytimes.HasLedger)
            return;
        for (var state = TimeState.Running; state < TimeState.States; state++)
        {
            x.Nanoseconds(id, portrait.Keytimes.Stats.Times[(int)state], _states[(int)state]);
            x.Created(id, portrait.LedgerCreated, _states[(int)state]);
        }
    }

    private static void Counted(Exposition x, string id, Portrait portrait, ulong count)
    {
        x.Number(id, count);
        if (portrait.Keytimes.Since != 0) // else no reading has met it yet
            x.Created(id, portrait.KeytimesCreated);
    }

    /// <summary>A series for each system call of which there is any.</summary>
    private static SubjectMetric ByCall(
        string name, string help, Func<CallFigures, ulong> figure, Action<Exposition, string, ulong, string> write) =>
        SubjectMetric.Define(name, MetricType.Counter, ["syscall"], help, (x, p, id) =>
        {
            if (!p.HasCalls || !p.AreCallsAdmitted)
                return;
            foreach (var call in p.Calls.ByCall)
            {
                if (figure(call) == 0)
                    continue;
                var label = SyscallNames.Label(call.Id);
                write(x, id, figure(call), label);
                x.Created(id, p.CallsCreated, label);
            }
        });

    private static SubjectMetric Latency(string name, MetricType type, string help, Action<Exposition, Portrait, string> write) =>
        SubjectMetric.Define(name, type, [], help, (x, p, id) =>
        {
            if (p.HasCalls)
                write(x, p, id);
        });

    private static SubjectMetric Delays(string name, MetricType type, string help, Action<Exposition, Portrait, string> write) =>
        SubjectMetric.Define(name, type, [], help, (x, p, id) =>
        {
            if (p.HasDelays)
                write(x, p, id);
        });
}
