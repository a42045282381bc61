using Libbpf;
using ProcImage.Abi;

namespace ProcImage.Loading;

/// <summary>
/// The programs on the hooks, held by descriptor, so that their run time can be read without CAP_SYS_ADMIN.
/// </summary>
internal sealed class HookPrograms : IDisposable
{
    private readonly Dictionary<string, ProgramHandle> _programs = [];

    /// <summary>None for want of CAP_SYS_ADMIN: a link tells the id of its program, and no more.</summary>
    public static HookPrograms Open(string directory, IEnumerable<string> hooks)
    {
        var programs = new HookPrograms();
        try
        {
            foreach (var hook in hooks)
            {
                if (ProgramId(directory, hook) is { } id && ProgramHandle.Open(id) is { } program)
                    programs._programs.Add(hook, program);
            }
        }
        catch (BpfException denied) when (denied.Errno == Errno.EPERM)
        {
            // Then none of them can be had.
        }

        return programs;
    }

    /// <summary>Null where the hook is not preloaded, or was taken away.</summary>
    private static uint? ProgramId(string directory, string hook)
    {
        if (File.Exists(Pins.Program(directory, hook)))
        {
            using var program = PinnedProgram.Open(Pins.Program(directory, hook));
            return program.Info().Id;
        }

        if (!File.Exists(Pins.Link(directory, hook)))
            return null;
        using var link = BpfLink.OpenPinned(Pins.Link(directory, hook));
        return link.Info().ProgramId;
    }

    public static HookPrograms FromInherited(IReadOnlyDictionary<string, int> descriptors)
    {
        var programs = new HookPrograms();
        foreach (var (hook, fd) in descriptors)
        {
            try
            {
                programs._programs.Add(hook, ProgramHandle.FromInherited(fd));
            }
            catch (BpfException)
            {
                // The variable that names it was not ours.
            }
        }

        return programs;
    }

    /// <summary>Descriptors by hook.</summary>
    public IReadOnlyDictionary<string, int> Descriptors =>
        _programs.ToDictionary(program => program.Key, program => program.Value.Fd);

    /// <summary>What the kernel says of the program on a hook; null where it is not held.</summary>
    public ProgramInfo? Info(string hook) => _programs.TryGetValue(hook, out var program) ? program.Info() : null;

    public void Dispose()
    {
        foreach (var program in _programs.Values)
            program.Dispose();
        _programs.Clear();
    }
}
