using System.Globalization;

namespace ProcImage.Tests;

/// <summary>How far the programs are from what the verifier goes through before it gives up.</summary>
public static class VerifiedInstructions
{
    /// <summary>Half of the kernel's BPF_COMPLEXITY_LIMIT_INSNS: another kernel may need more for the same program.</summary>
    private const int Ceiling = 1_000_000 / 2;

    /// <param name="kernel">Which one has verified them.</param>
    /// <param name="text">What tests/workloads/instructions.c says.</param>
    /// <param name="log">Is given the table.</param>
    public static void AssertHeadroom(string kernel, string text, Action<string> log)
    {
        var programs = text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' '))
            .Select(words => (Pin: words[0], Count: int.Parse(words[1], CultureInfo.InvariantCulture)))
            .OrderByDescending(program => program.Count).ToArray();
        Assert.NotEmpty(programs);
        foreach (var (pin, count) in programs)
            log($"{kernel}: {count,7} {pin}");
        foreach (var (pin, count) in programs)
            Assert.True(count is > 0 and < Ceiling, $"{kernel}: the verifier takes {count} instructions for {pin}; {Ceiling} are the most");
    }
}
