using System.Text.Json;

namespace ProcImage.Tests.Kernel.Harness;

/// <summary>What wait4 had to report of a process.</summary>
public sealed record WaitReport(
    int Pid,
    int Code,
    int Signal,
    bool Core,
    long UserUs,
    long SystemUs,
    long PeakKib,
    long MinorFaults,
    long MajorFaults,
    long Voluntary,
    long Involuntary)
{
    private static readonly JsonSerializerOptions _snakeCase = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    };

    public static WaitReport Parse(string line) => JsonSerializer.Deserialize<WaitReport>(line, _snakeCase)!;
}
