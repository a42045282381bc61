using System.Runtime.InteropServices;
using Libbpf.Native;

namespace Libbpf;

/// <summary>
/// One log buffer per program that is to be loaded, for the time of a load. libbpf asks for the log only when a
/// program is refused, so a buffer that stays untouched costs address space and no memory.
/// </summary>
internal sealed unsafe class VerifierLogs : IDisposable
{
    private const int Capacity = 1 << 20;
    private readonly List<(BpfProgram Program, nint Buffer)> _logs = [];

    internal VerifierLogs(IEnumerable<BpfProgram> programs)
    {
        foreach (var program in programs.Where(p => p.Autoload))
        {
            var buffer = (byte*)NativeMemory.Alloc(Capacity);
            buffer[0] = 0;
            _logs.Add((program, (nint)buffer));
            program.SetLogBuffer(buffer, Capacity);
        }
    }

    /// <summary>
    /// The program that was refused and its log. Programs load in order and one that fails ends the load, hence the
    /// last log is the one: an earlier one is of a load that failed for the moment and was repeated.
    /// </summary>
    internal (BpfProgram Program, string Log)? Refused()
    {
        foreach (var (program, buffer) in Enumerable.Reverse(_logs))
        {
            string log = NativeText.Read((byte*)buffer, Capacity);
            if (log.Length > 0)
                return (program, log);
        }

        return null;
    }

    public void Dispose()
    {
        foreach (var (_, buffer) in _logs)
            NativeMemory.Free((void*)buffer);
        _logs.Clear();
    }
}
