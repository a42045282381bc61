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

    public static void AssertCounted(Metrics found, int turns)
    {
        foreach (var (call, count, fails) in _made)
        {
            Assert.Equal(turns * Threads * count, found.Value("proc_image_syscalls_total", ("syscall", call)));
            if (fails)
                Assert.Equal(turns * Threads * count, found.Value("proc_image_syscall_errors_total", ("syscall", call)));
        }

        // Each thread opens and closes a file that there is besides.
        Assert.Equal(turns * Threads * (109 + 1), found.Value("proc_image_syscalls_total", ("syscall", "openat")));
        Assert.Equal(turns * Threads * 109, found.Value("proc_image_syscall_errors_total", ("syscall", "openat")));
        Assert.Equal(turns * Threads * (107 + 1), found.Value("proc_image_syscalls_total", ("syscall", "close")));
        Assert.Equal(turns * Threads * 107, found.Value("proc_image_syscall_errors_total", ("syscall", "close")));
    }
}
