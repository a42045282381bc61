using System.Runtime.InteropServices;
using Libbpf;

namespace ProcImage;

/// <summary>The signals that end the loader.</summary>
internal sealed unsafe partial class StopSignals : IDisposable
{
    private const int Block = 0; // SIG_BLOCK
    private const int Unblock = 1; // SIG_UNBLOCK
    private const int Terminate = 15; // SIGTERM
    private const nint Default = 0; // SIG_DFL
    private const nint Ignore = 1; // SIG_IGN
    private const int SetSize = 128; // sigset_t
    private static readonly int[] _numbers = [1, 2, 15]; // SIGHUP, SIGINT, SIGTERM

    private readonly List<PosixSignalRegistration> _registrations = [];
    private readonly TaskCompletionSource _stop = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public StopSignals()
    {
        foreach (var signal in new[] { PosixSignal.SIGHUP, PosixSignal.SIGINT, PosixSignal.SIGTERM })
            _registrations.Add(PosixSignalRegistration.Create(signal, context =>
            {
                context.Cancel = true;
                _stop.TrySetResult();
            }));
        Mask(Unblock); // what was held back is delivered now
    }

    /// <summary>Completed by a signal, or failed by <see cref="Fail"/>.</summary>
    public Task Stopped => _stop.Task;

    public void Fail(Exception failure) => _stop.TrySetException(failure);

    /// <summary>
    /// First of all, while there is nothing to take down: SIGTERM ends the process at once. The runtime has a handler
    /// of its
    /// own for it, which ends the process in its own time, and that would be too late where execve(2) is near.
    /// </summary>
    public static void EndAtOnce()
    {
        if (signal(Terminate, Default) == Ignore)
            signal(Terminate, Ignore);
    }

    /// <summary>Whether the runtime's handler had got one before, and is about to end this process.</summary>
    public static bool IsEnding => Environment.ExitCode != 0;

    /// <summary>
    /// Before execve(2), on the thread that calls it. Blocked signals and those that are pending go over to the new
    /// program,
    /// and to every thread that it makes: a signal waits there until somebody listens.
    /// </summary>
    public static void HoldBack() => Mask(Block);

    public void Dispose() => _registrations.ForEach(registration => registration.Dispose());

    private static void Mask(int how)
    {
        var set = stackalloc ulong[SetSize / sizeof(ulong)]; // all zero: no signal
        foreach (var number in _numbers)
            set[0] |= 1UL << (number - 1);
        BpfError.Check(-pthread_sigmask(how, set, null), BpfOperation.Configure, "the signals of this process");
    }

    [LibraryImport("libc")]
    private static partial nint signal(int signum, nint handler);

    [LibraryImport("libc")]
    private static partial int pthread_sigmask(int how, ulong* set, ulong* oldset);
}
