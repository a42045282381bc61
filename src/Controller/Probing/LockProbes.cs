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
        if (FileIdentity.Of(Pins.Program(directory, Pins.ProbeEnter)) is null)
            throw new CommandException(ExitStatus.Unsupported, $"this kernel has no probes of one process alone (since 6.6); {WayOut}");
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
                    Attach(enter, name, plan.Enter, tgid, atReturn: false, ProbePins.Path(directory, policy, number, Pins.ProbeEnter));
                    Attach(leave, name, plan.Return, tgid, atReturn: true, ProbePins.Path(directory, policy, number, Pins.ProbeReturn));
                    count += plan.Enter.Count;
                    number++;
                }
            }

            return number > 0
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

    private static void Attach(
        PinnedProgram program, string file, IReadOnlyList<(ulong Offset, ulong Cookie)> probes, int tgid, bool atReturn, string pin)
    {
        using var link = program.AttachProbes(file, probes, tgid, atReturn);
        link.Pin(pin);
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
