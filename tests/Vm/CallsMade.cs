namespace ProcImage.Tests.Vm;

/// <summary>What tests/workloads/calls.c makes in one turn; calls that are also made between two turns are left out.</summary>
public static class CallsMade
{
    private const int Threads = 7;

    private static readonly (string Call, int Count, int Errors)[] _made =
    [
        ("getppid", 101, 0), ("getuid", 103, 0), ("lseek", 127, 0), ("sched_yield", 131, 0), ("fcntl", 137, 0),
        ("dup", 139, 139), ("munmap", 149, 149), ("umask", 151, 0),
        ("openat", 109 + 1, 109), ("close", 107 + 1, 107), // each thread opens and closes a file that there is besides
    ];

    /// <param name="found">Of the workload.</param>
    /// <param name="turns">So often it has worked.</param>
    /// <param name="lost">
    /// Runs that were left out, each at the beginning of a call or at its end: so many calls may be missing together, and as many errors.
    /// </param>
    public static void AssertCounted(Metrics found, int turns, long lost)
    {
        decimal missingCalls = 0, missingErrors = 0;
        foreach (var (call, count, errors) in _made)
        {
            missingCalls += Missing(found.Value("proc_image_syscalls_total", ("syscall", call)), turns * Threads * count);
            missingErrors += Missing(
                errors == 0 ? 0 : found.Value("proc_image_syscall_errors_total", ("syscall", call)), turns * Threads * errors);
        }

        Assert.InRange(missingCalls, 0, lost);
        Assert.InRange(missingErrors, 0, lost);
    }

    private static decimal Missing(decimal found, int made)
    {
        Assert.InRange(found, 0, made);
        return made - found;
    }
}
