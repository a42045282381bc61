using System.Diagnostics;
using System.Runtime.InteropServices;
using Libbpf;
using ProcImage.Abi;

namespace ProcImage.Loading;

/// <summary>What being preloaded costs, measured on the spot.</summary>
/// <param name="PerCall">Nanoseconds that a system call takes longer; null where its hooks were there before, or are not.</param>
/// <param name="PerSwitch">Nanoseconds in the program per context switch; null where that could not be measured.</param>
internal readonly partial record struct IdleCost(double? PerCall, double? PerSwitch)
{
    private const int RoundTrips = 500;
    private const int Batches = 61;
    private const int CallsInBatch = 200;

    /// <summary>'190 ns per system call, 49 ns per context switch'; empty where nothing is known.</summary>
    public override string ToString() => string.Join(
        ", ",
        new[] { (Cost: PerCall, Of: "system call"), (Cost: PerSwitch, Of: "context switch") }
            .Where(part => part.Cost is not null)
            .Select(part => FormattableString.Invariant($"{part.Cost:0} ns per {part.Of}")));

    /// <summary>Nanoseconds of the cheapest system call: the least of many batches, as nothing makes it faster.</summary>
    public static double TimeOfCall()
    {
        var least = double.MaxValue;
        for (var batch = 0; batch < Batches; batch++)
        {
            var begin = Stopwatch.GetTimestamp();
            for (var i = 0; i < CallsInBatch; i++)
                _ = getppid();
            least = Math.Min(least, Stopwatch.GetElapsedTime(begin).TotalNanoseconds / CallsInBatch);
        }

        return least;
    }

    /// <summary>As the kernel counts them; null without that hook, or without the right to ask.</summary>
    public static double? OfSwitch(KernelSide kernelSide)
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

    [LibraryImport("libc")]
    private static partial int getppid();
}
