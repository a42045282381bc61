using System.Globalization;
using System.Text;
using ProcImage.CommandLine;
using ProcImage.Imaging;

namespace ProcImage.Text;

/// <summary>Portraits as a table for a terminal, those with the most CPU time first.</summary>
public static class PortraitText
{
    private const int MostRows = 20;
    private const int NameWidth = 15;

    public static string Table(IEnumerable<Portrait> portraits)
    {
        var shown = portraits.Where(p => p.HasFigures)
            .OrderByDescending(p => p.IsNamed)
            .ThenByDescending(p => p.Resources.Cpu.Total)
            .ThenByDescending(p => p.Delays.Stats.Sum)
            .ToList();
        var text = new StringBuilder();
        text.AppendLine("    PID NAME               CPU s  RESIDENT   THREADS  READ       WRITTEN    WAITS     MEAN us    MAX us");
        foreach (var portrait in shown.Take(MostRows))
            text.AppendLine(Row(portrait));
        if (shown.Count > MostRows)
            text.AppendLine(CultureInfo.InvariantCulture, $"... and {shown.Count - MostRows} more");
        return text.ToString();
    }

    private static string Row(Portrait portrait)
    {
        var id = portrait.Subject.IsThread ? portrait.Subject.Tid : portrait.Subject.Tgid;
        var row = string.Create(CultureInfo.InvariantCulture, $"{id,7} {Fit(OneLine.Of(portrait.Comm)),-15} ");
        if (portrait.HasResources)
        {
            var resources = portrait.Resources;
            row += string.Create(
                CultureInfo.InvariantCulture,
                $"{resources.Cpu.Total / 1e9,8:0.00}  {Bytes(resources.ResidentBytes),-9}  {portrait.Threads,7}  ")
                + $"{Bytes(resources.Usage.ReadChars),-9}  {Bytes(resources.Usage.WrittenChars),-9}";
        }
        else
        {
            row += new string(' ', 50);
        }

        if (!portrait.HasDelays)
            return row;
        var stats = portrait.Delays.Stats;
        var count = stats.Count;
        return row + string.Create(
            CultureInfo.InvariantCulture,
            $"  {count,-8}  {(count == 0 ? 0 : stats.Sum / 1e3 / count),7:0.0}  {stats.Max / 1e3,8:0.0}");
    }

    private static string Fit(string name) => name.Length <= NameWidth ? name : name[..NameWidth];

    private static string Bytes(ulong value)
    {
        string[] units = ["B", "K", "M", "G", "T"];
        var unit = 0;
        double scaled = value;
        for (; scaled >= 1024 && unit < units.Length - 1; unit++)
            scaled /= 1024;
        return string.Create(CultureInfo.InvariantCulture, $"{scaled:0.#}{units[unit]}");
    }
}
