using System.Buffers.Binary;
using ProcImage.Tests.Fuzz;

namespace ProcImage.Tests.Kernel;

/// <summary>
/// Who may write the pinned maps may write anything. The commands then do what they can or say in a line what they
/// cannot, and what they take down is gone.
/// </summary>
public sealed class MapFuzzTests(ITestOutputHelper log)
{
    private static readonly string[] _maps = ["policies", "policies", "targets", "control"];

    private const int ControlWithoutPins = 32; // bytes

    [Fact]
    public void Nonsense_in_the_maps_ends_nothing_but_itself()
    {
        int rounds = 0, writes = 0, commands = 0;
        Fuzzing.Run(random =>
        {
            rounds++;
            using var loader = Loader.Start();
            using var naps = Workload.Start("naps", 11);
            Array.ForEach(["-rS", "-r"], images => loader.Control(images, "-P", $"{naps.Pid}"));
            for (int step = 0; step < 20; step++)
            {
                for (int count = random.Next(8); count >= 0; count--, writes++)
                    Write(random, loader.Directory, naps.Pid);
                commands++;
                Use(random, loader, naps);
                Assert.False(loader.HasExited, $"the loader has ended: {loader.Errors}");
            }

            Finish(random, loader);
        });
        log.WriteLine($"{rounds} loaders, {writes} writes, {commands} uses");
    }

    [Fact]
    public void Pins_of_another_version_are_refused_but_taken_down_and_the_loader_goes_on()
    {
        using var loader = Loader.Start();
        using (var control = new RawMap(Path.Combine(loader.Directory, "control")))
        {
            byte[] key = new byte[control.KeySize];
            byte[] own = control.Read(key)!;
            Assert.True(control.TryWrite(key, [(byte)(own[0] + 1), .. own[1..]]));
        }

        foreach (string verb in new[] { "--status", "-r", "-d" })
            loader.Controller(verb).AssertRefused(1);
        Assert.True(loader.Scrape().Has("proc_image_policies"));
        loader.Control("-f");
        Assert.Equal(0, loader.AwaitExit());
        loader.AssertNothingPinned();
    }

    [Theory]
    [InlineData(100_000)]
    [InlineData(-8)]
    [InlineData(8191)]
    public void A_cpu_that_cannot_be_is_not_shown_and_costs_nothing_else(int cpu)
    {
        using var loader = Loader.Start();
        loader.Control("-r", "-p0", "-c0");
        using (var policies = new RawMap(Path.Combine(loader.Directory, "policies")))
        {
            byte[] key = [1, 0, 0, 0];
            byte[] policy = policies.Read(key)!;
            BinaryPrimitives.WriteInt32LittleEndian(policy.AsSpan(8), cpu); // struct policy, target
            Assert.True(policies.TryWrite(key, policy));
        }

        loader.Control("-r", "-p0", "-c1");
        Assert.Single(loader.Scrape().Named("proc_image_idle_task_info").All);
        Assert.Equal("", loader.Errors);
        loader.Stop();
    }

    private static void Write(Random random, string directory, int pid)
    {
        string name = random.Pick(_maps);
        using var map = new RawMap(Path.Combine(directory, name));
        byte[] key = Key(random, map, pid);
        byte[] value = map.Read(key) ?? new byte[map.ValueSize];
        if (name == "targets" || random.Chance(0.7))
            BinaryPrimitives.WriteUInt32LittleEndian(
                value.AsSpan(4 * random.Next(value.Length / 4)),
                (uint)random.Next(random.Chance(0.7) ? 8 : int.MaxValue));
        else
            random.NextBytes(value);
        // Another version is refused, and so are other pins: both have tests of their own.
        if (name == "control")
        {
            byte[] own = map.Read(key)!;
            own.AsSpan(0, sizeof(uint)).CopyTo(value);
            own.AsSpan(ControlWithoutPins).CopyTo(value.AsSpan(ControlWithoutPins));
        }

        map.TryWrite(key, value);
    }

    private static byte[] Key(Random random, RawMap map, int pid)
    {
        byte[] key = new byte[map.KeySize];
        if (map.IsArray)
        {
            int most = random.Chance(0.7) ? 6 : 1024;
            BinaryPrimitives.WriteInt32LittleEndian(key, random.Next(Math.Min(map.Entries, most)));
            return key;
        }

        BinaryPrimitives.WriteInt32LittleEndian(key, random.Next(5));
        BinaryPrimitives.WriteInt32LittleEndian(
            key.AsSpan(4), random.Chance(0.5) ? pid : random.Pick([1, 0, -1, Environment.ProcessId, random.Next()]));
        return key;
    }

    private static void Use(Random random, Loader loader, Workload naps)
    {
        string iterators = Path.Combine(loader.Directory, "iters");
        switch (random.Next(8))
        {
            case 0:
                Assert.Equal(0, Ran.With("timeout", "20", "cat", Path.Combine(iterators, "apply")).Status);
                break;
            case 1:
                Assert.Equal(0, Ran.With("timeout", "20", "cat", Path.Combine(iterators, "text")).Status);
                break;
            case 2:
                AssertSound(loader.Controller("--status"));
                break;
            case 3:
                AssertSound(loader.Controller("--status", "--json"));
                break;
            case 4:
                AssertSound(loader.Controller("-rS", "-P", $"{naps.Pid}"));
                break;
            case 5:
                AssertSound(loader.Controller("-r", "-t1"));
                break;
            case 6:
                AssertSound(loader.Controller("-d", "-P", $"{naps.Pid}"));
                break;
            default:
                naps.Go();
                break;
        }

        Assert.True(loader.Scrape().Has("proc_image_policies"), "the scrape is not whole");
        loader.GetJson("/api/v1/processes");
    }

    /// <summary>Without a target deactivation removes all that was written, and finish leaves nothing.</summary>
    private static void Finish(Random random, Loader loader)
    {
        loader.Control("-d");
        Assert.Equal(0, loader.Status().GetProperty("policies").GetArrayLength());
        using (var targets = new RawMap(Path.Combine(loader.Directory, "targets")))
            Assert.Empty(targets.Keys());
        Assert.Equal(0, loader.Scrape().Value("proc_image_policies"));
        Assert.DoesNotContain("   at ", loader.Errors, StringComparison.Ordinal);
        if (random.Chance(0.3))
        {
            loader.Signal(Signals.Kill);
            loader.AwaitExit();
        }

        loader.Control("-f");
        loader.AwaitExit();
        loader.AssertNothingPinned();
    }

    private static void AssertSound(Ran ran)
    {
        Assert.InRange(ran.Status, 0, 1);
        if (ran.Status != 0)
            ran.AssertRefused(1);
        else
            Assert.Equal("", ran.Error);
    }
}
