namespace ProcImage.Tests.Vm;

/// <summary>What tests/workloads/calls.c makes in one turn; calls that are also made between two turns are left out.</summary>
public static class CallsMade
{
    private const int Threads = 7;

    private static readonly (string Call, int Count, bool Fails)[] _made =
    [
        ("getppid", 101, false), ("getuid", 103, false), ("lseek", 127, false), ("sched_yield", 131, false), ("fcntl", 137, false),
        ("dup", 139, true), ("munmap", 149, true), ("umask", 151, false),
    ];

    /// <param name="found">Of the workload.</param>
    /// <param name="turns">So often it has worked.</param>
    /// <param name="lost">Runs that were left out: the beginning of a call, or its end. So many may be missing, and the errors of as many.</param>
    public static void AssertCounted(Metrics found, int turns, long lost)
    {
        foreach (var (call, count, fails) in _made)
        {
            AssertCount(turns * Threads * count, found.Value("proc_image_syscalls_total", ("syscall", call)), lost);
            if (fails)
                AssertCount(turns * Threads * count, found.Value("proc_image_syscall_errors_total", ("syscall", call)), lost);
        }

        // Each thread opens and closes a file that there is besides.
        AssertCount(turns * Threads * (109 + 1), found.Value("proc_image_syscalls_total", ("syscall", "openat")), lost);
        AssertCount(turns * Threads * 109, found.Value("proc_image_syscall_errors_total", ("syscall", "openat")), lost);
        AssertCount(turns * Threads * (107 + 1), found.Value("proc_image_syscalls_total", ("syscall", "close")), lost);
        AssertCount(turns * Threads * 107, found.Value("proc_image_syscall_errors_total", ("syscall", "close")), lost);
    }

    private static void AssertCount(int made, decimal found, long lost) => Assert.InRange(found, Math.Max(0, made - lost), made);
}
