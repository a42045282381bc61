using System.Globalization;

namespace ProcImage.Controller;

/// <summary>Lists of CPUs as sysfs prints them: '0-3,5'.</summary>
internal static class CpuList
{
    public static IEnumerable<int> Parse(string list)
    {
        foreach (var range in list.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var ends = range.Split('-');
            var first = int.Parse(ends[0], CultureInfo.InvariantCulture);
            var last = int.Parse(ends[^1], CultureInfo.InvariantCulture);
            for (var cpu = first; cpu <= last; cpu++)
                yield return cpu;
        }
    }
}
