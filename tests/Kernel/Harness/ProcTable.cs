using System.Globalization;

namespace ProcImage.Tests.Kernel.Harness;

/// <summary>A file of /proc with lines 'NAME: NUMBER'.</summary>
public static class ProcTable
{
    /// <summary>What has no number is left out.</summary>
    public static Dictionary<string, long> Parse(IEnumerable<string> lines)
    {
        var table = new Dictionary<string, long>();
        foreach (string line in lines)
        {
            string[] parts = line.Split(':', 2, StringSplitOptions.TrimEntries);
            if (parts.Length == 2 && long.TryParse(parts[1].Split(' ')[0], CultureInfo.InvariantCulture, out long value))
                table[parts[0]] = value;
        }

        return table;
    }
}
