using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.InteropServices;

namespace ProcImage.Privileges;

/// <summary>
/// Whoever empties a ring buffer must not wait for a CPU behind those who fill it: beside 16 shells that start programs as fast as
/// they can on two CPUs, a thread of the usual weight gets too little to keep up.
/// </summary>
/// <remarks>
/// A thread takes CAP_SYS_NICE to raise its priority, which is given up before these threads begin. But execve(2) keeps it, and a new thread
/// has that of the thread that starts it: so one thread keeps it and starts those, and all others have the usual one.
/// </remarks>
internal static partial class NiceLevel
{
    /// <summary>29 times the usual weight. With -10 beside 32 such shells something is lost, with -15 nothing.</summary>
    private const int Raised = -15;

    private const int Process = 0; // PRIO_PROCESS; of which 0 is the current thread
    private const int Usual = 0;
    private const int ResetOnFork = 0x4000_0000; // SCHED_RESET_ON_FORK, with SCHED_OTHER

    private static BlockingCollection<Request>? _requests; // null: there is no priority to be had

    /// <summary>
    /// Of the current thread, before its program starts again. Without CAP_SYS_NICE it stays as it is; so it does where somebody has
    /// chosen one for all threads.
    /// </summary>
    public static void Raise()
    {
        if (getpriority(Process, 0) == Usual)
            _ = setpriority(Process, 0, Raised);
    }

    /// <summary>To be called by the one that has it, before any of those threads is started.</summary>
    public static void Divide()
    {
        Raise();
        if (getpriority(Process, 0) != Raised)
            return;
        using var begun = new ManualResetEventSlim();
        uint starter = 0;
        _requests = [];
        new Thread(() =>
        {
            starter = gettid();
            begun.Set();
            StartOthers(_requests);
        })
        { Name = "starter", IsBackground = true }.Start();
        begun.Wait();
        while (Others(starter).Where(tid => getpriority(Process, tid) == Raised).ToList() is { Count: > 0 } raised)
            foreach (var tid in raised)
                _ = setpriority(Process, tid, Usual);
    }

    /// <summary>With a priority, where there is one to be had.</summary>
    public static void Start(Thread thread)
    {
        if (_requests is not { } requests)
        {
            thread.Start();
            return;
        }

        using var request = new Request(thread);
        requests.Add(request);
        request.Done.Wait();
    }

    /// <summary>To be called by such a thread first: those that .NET starts from it for others are to have the usual priority.</summary>
    public static void KeepToItself()
    {
        var priority = 0;
        _ = sched_setscheduler(0, ResetOnFork, in priority);
    }

    private static IEnumerable<uint> Others(uint than) =>
        Directory.GetDirectories("/proc/self/task")
            .Select(task => uint.Parse(Path.GetFileName(task), CultureInfo.InvariantCulture))
            .Where(tid => tid != than);

    private static void StartOthers(BlockingCollection<Request> requests)
    {
        foreach (var request in requests.GetConsumingEnumerable())
        {
            request.Thread.Start();
            request.Done.Set();
        }
    }

    [LibraryImport("libc")]
    private static partial int setpriority(int which, uint who, int nice);

    [LibraryImport("libc")]
    private static partial int getpriority(int which, uint who);

    [LibraryImport("libc")]
    private static partial int sched_setscheduler(int pid, int policy, in int priority);

    [LibraryImport("libc")]
    private static partial uint gettid();

    private sealed record Request(Thread Thread) : IDisposable
    {
        public ManualResetEventSlim Done { get; } = new();

        public void Dispose() => Done.Dispose();
    }
}
