using System.Globalization;
using Libbpf;
using ProcImage.Abi;
using ProcImage.CommandLine;
using ProcImage.Symbols;

namespace ProcImage.Controller.Probing;

/// <summary>
/// Puts probes into a target, at the functions of its C libraries that take locks and give them back. Nobody else has them.
/// They are attached before the policy is in force, and call nothing until then.
/// </summary>
internal static class LockProbes
{
    private const ulong NanosecondsPerMillisecond = 1_000_000;
    private const string WayOut = "--lock=contention images its waits without probes";

    /// <summary>Whether all pins of a set are there: a policy has one only when it is whole.</summary>
    public static bool Has(string directory, in Policy policy)
    {
        var (id, set) = (policy.Id, policy.Probes);
        return set != 0 && ProbePins.All(directory).Any(pin => (pin.Policy, pin.Set) == (id, set));
    }

    /// <summary>Attaches a set of probes. They count as soon as the policy has its number; what is left of one that fails goes with the next change.</summary>
    /// <returns>The number of the set, and how many functions are probed.</returns>
    /// <exception cref="CommandException">This kernel or this user cannot, or the target has no such library.</exception>
    public static (uint Set, int Count) Attach(string directory, uint policy, int tgid)
    {
        var set = (uint)(BootClock.Now / NanosecondsPerMillisecond); // it takes longer than that to attach one
        try
        {
            using var enter = PinnedProgram.Open(Pins.Program(directory, Pins.ProbeEnter));
            using var leave = PinnedProgram.Open(Pins.Program(directory, Pins.ProbeReturn));
            var (number, count) = (0, 0);
            var thread = ThreadWithMemory(tgid);
            foreach (var (path, plan) in Plans(thread))
            {
                using (path)
                {
                    var name = string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{path.DangerousGetHandle()}");
                    foreach (var link in Attach(enter, name, Of(set, plan.Enter), tgid, thread, atReturn: false))
                        Pin(link, ProbePins.Path(directory, policy, set, number++, Pins.ProbeEnter));
                    foreach (var link in Attach(leave, name, Of(set, plan.Return), tgid, thread, atReturn: true))
                        Pin(link, ProbePins.Path(directory, policy, set, number++, Pins.ProbeReturn));
                    count += plan.Enter.Count;
                }
            }

            return count > 0
                ? (set, count)
                : throw new CommandException(ExitStatus.Failed, $"process {tgid} has no C library with locks that could be probed; {WayOut}");
        }
        catch (BpfException denied) when (denied.Errno is Errno.EACCES or Errno.EPERM)
        {
            throw new CommandException(ExitStatus.Failed, $"only root can put probes into a process; {WayOut}");
        }
    }

    private static List<(ulong Offset, ulong Cookie)> Of(uint set, List<(ulong Offset, ulong Cookie)> probes) =>
        [.. probes.Select(probe => (probe.Offset, (ulong)set << 32 | probe.Cookie))];

    /// <summary>The first one that has not ended: that of the process may have.</summary>
    private static int ThreadWithMemory(int tgid) => Directory.EnumerateDirectories(string.Create(CultureInfo.InvariantCulture, $"/proc/{tgid}/task"))
        .Select(path => int.Parse(Path.GetFileName(path), CultureInfo.InvariantCulture)).Order()
        .FirstOrDefault(tid => ProcStat.Read(tid).State is not ('Z' or 'X'), tgid);

    /// <summary>One link, or before 6.12 one for each probe.</summary>
    private static IEnumerable<BpfLink> Attach(
        PinnedProgram program, string file, IReadOnlyList<(ulong Offset, ulong Cookie)> probes, int tgid, int thread, bool atReturn)
    {
        try
        {
            return [program.AttachProbes(file, probes, tgid, atReturn)];
        }
        catch (BpfException unknown) when (unknown.Errno == Errno.EINVAL)
        {
            return probes.Select(probe => program.AttachProbe(file, probe, thread, atReturn));
        }
    }

    private static void Pin(BpfLink link, string path)
    {
        using (link)
            link.Pin(path);
    }

    /// <summary>Of the files that the process has mapped; the caller closes each.</summary>
    private static IEnumerable<(Microsoft.Win32.SafeHandles.SafeFileHandle File, ProbePlan Plan)> Plans(int thread)
    {
        var files = new ProcessFiles(thread);
        foreach (var mapping in MemoryMap.OfProcess(thread, isCodeOnly: true).Mappings.Where(mapping => mapping.IsFile).DistinctBy(mapping => (mapping.Device, mapping.Inode)))
        {
            if (files.Open(mapping) is not { } file)
                continue;
            var bytes = new Symbols.FileBytes(file);
            IReadOnlyList<(string, ulong)> functions;
            try
            {
                functions = DynamicFunctions.Find(bytes, LockFunctions.Names);
            }
            catch (InvalidDataException)
            {
                functions = []; // no library, then
            }

            if (functions.Count == 0)
                file.Dispose();
            else
                yield return (file, LockFunctions.Plan(bytes, functions));
        }
    }
}
