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
    private const string WayOut = "--lock=contention images its waits without probes";

    /// <summary>Does nothing where the policy has them.</summary>
    /// <returns>How many functions are probed.</returns>
    /// <exception cref="CommandException">This kernel or this user cannot, or the target has no such library.</exception>
    public static int Attach(string directory, uint policy, int tgid)
    {
        if (ProbePins.All(directory).Any(pin => pin.Policy == policy))
            return 0;
        try
        {
            using var enter = PinnedProgram.Open(Pins.Program(directory, Pins.ProbeEnter));
            using var leave = PinnedProgram.Open(Pins.Program(directory, Pins.ProbeReturn));
            var (number, count) = (0, 0);
            foreach (var (path, plan) in Plans(tgid))
            {
                using (path)
                {
                    var name = string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{path.DangerousGetHandle()}");
                    foreach (var link in Attach(enter, name, plan.Enter, tgid, atReturn: false))
                        Pin(link, ProbePins.Path(directory, policy, number++, Pins.ProbeEnter));
                    foreach (var link in Attach(leave, name, plan.Return, tgid, atReturn: true))
                        Pin(link, ProbePins.Path(directory, policy, number++, Pins.ProbeReturn));
                    count += plan.Enter.Count;
                }
            }

            return count > 0
                ? count
                : throw new CommandException(ExitStatus.Failed, $"process {tgid} has no C library with locks that could be probed; {WayOut}");
        }
        catch (BpfException denied) when (denied.Errno is Errno.EACCES or Errno.EPERM)
        {
            throw new CommandException(ExitStatus.Failed, $"only root can put probes into a process; {WayOut}");
        }
        catch
        {
            Detach(directory, policy);
            throw;
        }
    }

    public static void Detach(string directory, uint policy)
    {
        foreach (var (pin, _) in ProbePins.All(directory).Where(pin => pin.Policy == policy))
            File.Delete(pin);
    }

    /// <summary>One link, or before 6.6 one for each probe.</summary>
    private static IEnumerable<BpfLink> Attach(
        PinnedProgram program, string file, IReadOnlyList<(ulong Offset, ulong Cookie)> probes, int tgid, bool atReturn)
    {
        try
        {
            return [program.AttachProbes(file, probes, tgid, atReturn)];
        }
        catch (BpfException unknown) when (unknown.Errno == Errno.EINVAL)
        {
            return probes.Select(probe => program.AttachProbe(file, probe, tgid, atReturn));
        }
    }

    private static void Pin(BpfLink link, string path)
    {
        using (link)
            link.Pin(path);
    }

    /// <summary>Of the files that the process has mapped; the caller closes each.</summary>
    private static IEnumerable<(Microsoft.Win32.SafeHandles.SafeFileHandle File, ProbePlan Plan)> Plans(int tgid)
    {
        var files = new ProcessFiles(tgid);
        foreach (var mapping in MemoryMap.OfProcess(tgid, isCodeOnly: true).Mappings.Where(mapping => mapping.IsFile).DistinctBy(mapping => (mapping.Device, mapping.Inode)))
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
