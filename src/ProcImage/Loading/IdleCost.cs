using Libbpf;

namespace ProcImage.Loading;

/// <summary>What being preloaded costs, measured on the spot.</summary>
internal static class IdleCost
{
    private const string Hook = "sched_switch";
    private const int RoundTrips = 500;

    /// <summary>Nanoseconds in the program per context switch, as the kernel counts them; null without that hook.</summary>
    public static double? PerSwitch(KernelSide kernelSide)
    {
        if (!kernelSide.Hooks.Contains(Hook))
            return null;
        using var stats = Bpf.EnableStats();
        var before = kernelSide.Program(Hook);
        SwitchContexts();
        var after = kernelSide.Program(Hook);
        return before is null || after is null || after.RunCount == before.RunCount
            ? null
            : (double)(after.RunTime - before.RunTime) / (after.RunCount - before.RunCount);
    }

    /// <summary>Two threads that wait for each other in turn.</summary>
    private static void SwitchContexts()
    {
        using var ping = new SemaphoreSlim(0);
        using var pong = new SemaphoreSlim(0);
        var other = new Thread(() =>
        {
            for (var i = 0; i < RoundTrips; i++)
            {
                ping.Wait();
                pong.Release();
            }
        });
        other.Start();
        for (var i = 0; i < RoundTrips; i++)
        {
            ping.Release();
            pong.Wait();
        }

        other.Join();
    }
}
