using System.Globalization;

namespace ProcImage.Abi;

/// <summary>
/// Pins of probes: what holds them in a target. Each is named by the id of its policy, which is never given again, by
/// its set, by a number, and by the program that runs.
/// </summary>
public static class ProbePins
{
    public static string Path(string directory, uint policy, uint set, int number, string program) => System.IO.Path.Combine(
        directory, Pins.Probes, string.Create(CultureInfo.InvariantCulture, $"{policy}-{set}-{number}-{program}"));

    /// <summary>All that there are, with the policy that wants them; what has another name is not this tool's.</summary>
    public static IEnumerable<(string Path, uint Policy, uint Set)> All(string directory)
    {
        var folder = System.IO.Path.Combine(directory, Pins.Probes);
        if (!Directory.Exists(folder))
            yield break;
        foreach (var path in Directory.EnumerateFiles(folder))
            if (System.IO.Path.GetFileName(path).Split('-') is [var id, var which, var number, var program]
                && uint.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var policy)
                && uint.TryParse(which, NumberStyles.None, CultureInfo.InvariantCulture, out var set)
                && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out _)
                && Pins.ProbePrograms.Contains(program))
                yield return (path, policy, set);
    }
}
