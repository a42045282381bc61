namespace Libbpf;

/// <summary>Finds out what of an object the kernel did not take.</summary>
internal static class LoadFailure
{
    private const int TailLines = 40;
    private const string TracepointPrefix = "tp_btf/";

    internal static BpfException Explain(BpfObject failed, int errno, VerifierLogs logs)
    {
        if (logs.Refused() is var (program, log))
            return Refused(program, errno, log);
        if (errno == Errno.ESRCH && MissingTracepoint(failed) is { } missing)
            return BpfError.Create(BpfOperation.Load, missing, errno);
        return BpfError.Create(BpfOperation.Load, $"object {failed.Name}", errno);
    }

    internal static BpfException Refused(BpfProgram program, int errno, string log)
    {
        string[] lines = log.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return new BpfException(BpfOperation.Load, $"program {program.Name}", errno, BpfError.Text(errno),
            $"the verifier refused it: {Verdict(lines)}", string.Join('\n', lines.TakeLast(TailLines)));
    }

    /// <summary>The last line that is not one of the statistics with which the verifier ends every log.</summary>
    internal static string Verdict(string[] lines) =>
        lines.LastOrDefault(line => !IsStatistics(line))?.Trim() ?? "it gave no reason";

    private static bool IsStatistics(string line) =>
        line.StartsWith("processed ", StringComparison.Ordinal)
        || line.StartsWith("verification time ", StringComparison.Ordinal)
        || line.StartsWith("stack depth ", StringComparison.Ordinal);

    private static string? MissingTracepoint(BpfObject failed) =>
        failed.Programs
            .Where(p => p.Autoload && p.Section.StartsWith(TracepointPrefix, StringComparison.Ordinal))
            .Where(p => !Bpf.HasTracepoint(p.Section[TracepointPrefix.Length..]))
            .Select(p => $"program {p.Name} ({p.Section})")
            .FirstOrDefault();
}
