using Libbpf;
using ProcImage.Abi;

namespace ProcImage.Loading;

/// <summary>What being preloaded costs, measured on the spot.</summary>
internal static class IdleCost
{
    private const int RoundTrips = 500;

    /// <summary>Nanoseconds in the program per context switch, as the kernel counts them; null without that hook, or without the right to ask.</summary>
    public static double? PerSwitch(KernelSide kernelSide)
    {
        if (!kernelSide.Hooks.Contains(Pins.SwitchHook))
            return null;
        try
        {
            using var stats = Bpf.EnableStats();
            var before = kernelSide.Program(Pins.SwitchHook);
            SwitchContexts();
            var after = kernelSide.Program(Pins.SwitchHook);
            return before is null || after is null || after.RunCount == before.RunCount
                ? null
                : (double)(after.RunTime - before.RunTime) / (after.RunCount - before.RunCount);
        }
        catch (BpfException denied) when (denied.Errno == Errno.EPERM)
        {
            return null; // it takes CAP_SYS_ADMIN
        }
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
