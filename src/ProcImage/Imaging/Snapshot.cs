using ProcImage.Abi;

namespace ProcImage.Imaging;

/// <summary>Everything of one reading. Valid only while the reading is being used.</summary>
/// <param name="Portraits">Alive, frozen and dead.</param>
/// <param name="Exits">Of processes that are gone.</param>
/// <param name="Policies">By slot.</param>
/// <param name="Activity">Which of them count.</param>
/// <param name="SystemSchedule">Run-queue delay of all tasks since schedule became active.</param>
/// <param name="SystemSyscall">System calls of all tasks since syscall became active.</param>
/// <param name="IdleTasks">Those that are imaged.</param>
/// <param name="Losses">By <see cref="Loss"/>.</param>
public sealed record Snapshot(
    IReadOnlyCollection<Portrait> Portraits,
    Exits Exits,
    Policy[] Policies,
    Activity Activity,
    Histogram SystemSchedule,
    Histogram SystemSyscall,
    IReadOnlyList<IdleTask> IdleTasks,
    ulong[] Losses);
