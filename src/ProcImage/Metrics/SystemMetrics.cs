using ProcImage.Abi;

namespace ProcImage.Metrics;

/// <summary>The machine as reference, and the tool itself.</summary>
public static class SystemMetrics
{
    public static MetricFamily Delay { get; } = new(
        "proc_image_system_sched_delay_seconds", MetricType.Histogram, [],
        "Run-queue delay of all tasks, the imaged ones included, from sched_switch. Since schedule became active.");

    public static MetricFamily DelayMin { get; } = new(
        "proc_image_system_sched_delay_min_seconds", MetricType.Gauge, [],
        "Shortest run-queue delay of all tasks, the imaged ones included. Since schedule became active.");

    public static MetricFamily DelayMax { get; } = new(
        "proc_image_system_sched_delay_max_seconds", MetricType.Gauge, [],
        "Longest run-queue delay of all tasks, the imaged ones included. Since schedule became active.");

    public static MetricFamily CallLatency { get; } = new(
        "proc_image_system_syscall_latency_seconds", MetricType.Histogram, [],
        "Time in system calls of all tasks, the imaged ones included, from sys_enter to sys_exit. Since syscall became active.");

    public static MetricFamily CallLatencyMin { get; } = new(
        "proc_image_system_syscall_latency_min_seconds", MetricType.Gauge, [],
        "Shortest system call of all tasks, the imaged ones included. Since syscall became active.");

    public static MetricFamily CallLatencyMax { get; } = new(
        "proc_image_system_syscall_latency_max_seconds", MetricType.Gauge, [],
        "Longest system call of all tasks, the imaged ones included. Since syscall became active.");

    public static MetricFamily Cpu { get; } = new(
        "proc_image_system_cpu_seconds_total", MetricType.Counter, ["mode"],
        "CPU time of all CPUs of the machine, from /proc/stat. Since boot.");

    public static MetricFamily MemoryAvailable { get; } = new(
        "proc_image_system_memory_available_bytes", MetricType.Gauge, [],
        "Memory that new programs can have without swapping, from /proc/meminfo.");

    public static MetricFamily StorageRead { get; } = new(
        "proc_image_system_storage_read_bytes_total", MetricType.Counter, [],
        "Bytes read from the machine's disks, from /proc/diskstats. Since boot.");

    public static MetricFamily StorageWritten { get; } = new(
        "proc_image_system_storage_written_bytes_total", MetricType.Counter, [],
        "Bytes written to the machine's disks, from /proc/diskstats. Since boot.");

    public static MetricFamily IdleInfo { get; } = new(
        "proc_image_idle_task_info", MetricType.Gauge, ["cpu", "comm"], "An imaged idle task, always 1.");

    public static MetricFamily IdleTime { get; } = new(
        "proc_image_idle_task_seconds_total", MetricType.Counter, ["cpu", "mode"],
        "Time in the idle task of a CPU; iowait: while I/O that was begun there is under way. From /proc/stat, since boot.");

    public static MetricFamily IdleSwitches { get; } = new(
        "proc_image_idle_task_context_switches_total", MetricType.Counter, ["cpu"],
        "How often a CPU has left its idle task: its nvcsw + nivcsw. Since boot.");

    public static MetricFamily Exits { get; } = new(
        "proc_image_exits_total", MetricType.Counter, ["cause"],
        "Imaged processes that have died: exit, signal, or oom (killed for want of memory). From final records."
        + " Since preload.");

    public static MetricFamily ExitedCpu { get; } = new(
        "proc_image_exited_cpu_seconds_total", MetricType.Counter, ["mode"],
        "CPU time of the whole lives of imaged processes that have died. From final records. Since preload.");

    public static MetricFamily Lifetime { get; } = new(
        "proc_image_lifetime_seconds", MetricType.Histogram, [],
        "From start to death of imaged processes that have died. From final records. Since preload.");

    public static MetricFamily Policies { get; } = new(
        "proc_image_policies", MetricType.Gauge, [], "Policies in force.");

    public static MetricFamily PolicyInfo { get; } = new(
        "proc_image_policy_info", MetricType.Gauge, ["policy", "kind", "target", "comm", "images"],
        "A policy in force, always 1.");

    public static MetricFamily TasksImaged { get; } = new(
        "proc_image_tasks_imaged", MetricType.Gauge, ["image"],
        "Threads of imaged processes, and threads that are targets, by image.");

    public static MetricFamily Losses { get; } = new(
        "proc_image_losses_total", MetricType.Counter, ["cause"],
        "What could not be collected: storage: a task without storage; event: the ring buffer was full; timer: no timer for a deadline; lookup: a wait before Linux 6.2; slice: their ring buffer was full; stack: a place of waiting; lock: a lock, or the end of a wait; run: the program of a hook that the kernel has left out, of whichever thread. Since preload.");

    public static MetricFamily SeriesDropped { get; } = new(
        "proc_image_series_dropped", MetricType.Gauge, [], "About how many series the bound on series keeps from being shown.");

    public static MetricFamily ProcessesDropped { get; } = new(
        "proc_image_processes_dropped", MetricType.Gauge, [], "Processes that the bound on series keeps from being shown.");

    public static MetricFamily BuildInfo { get; } = new(
        "proc_image_build_info", MetricType.Gauge, ["version", "abi"], "This build, always 1.");

    public static MetricFamily HookAttached { get; } = new(
        "proc_image_hook_attached", MetricType.Gauge, ["hook"], "1 while a program is attached to the hook.");

    public static MetricFamily HookRun { get; } = new(
        "proc_image_hook_run_seconds_total", MetricType.Counter, ["hook"],
        "Time in the hook's program on all CPUs; counted while kernel.bpf_stats_enabled is 1. Since preload.");

    public static MetricFamily CollectorDuration { get; } = new(
        "proc_image_scrape_collector_duration_seconds", MetricType.Gauge, ["collector"], "How long the collector has taken in this scrape.");

    public static MetricFamily CollectorSuccess { get; } = new(
        "proc_image_scrape_collector_success", MetricType.Gauge, ["collector"], "1 when the collector has succeeded in this scrape.");

    public static MetricFamily OwnCpu { get; } = new(
        "process_cpu_seconds_total", MetricType.Counter, [], "CPU time of the loader, user and system. Since its start.");

    public static MetricFamily OwnResident { get; } = new(
        "process_resident_memory_bytes", MetricType.Gauge, [], "Resident memory of the loader.");

    public static MetricFamily OwnVirtual { get; } = new(
        "process_virtual_memory_bytes", MetricType.Gauge, [], "Virtual memory of the loader.");

    public static MetricFamily OwnStart { get; } = new(
        "process_start_time_seconds", MetricType.Gauge, [], "Start of the loader as unix time.");

    public static MetricFamily OwnFiles { get; } = new(
        "process_open_fds", MetricType.Gauge, [], "Open file descriptors of the loader.");

    /// <summary>Names of causes and images are those of the ABI, in small letters.</summary>
    public static string NameOf(Loss cause) => cause.ToString().ToLowerInvariant();
}
